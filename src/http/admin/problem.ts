/** How the admin API says no: application/problem+json (RFC 9457). */
import { STATUS_CODES } from 'node:http';
import type { Problem } from './messages.js';

export interface ProblemPlace {
  /** Where in the body or the query it was wrong. */
  readonly errors?: Problem['errors'];
  /** In a filter, from 0. */
  readonly position?: number | undefined;
  /** For the log alone. */
  readonly cause?: unknown;
}

/** A request of an admin that cannot be answered. Thrown by handlers; the router makes it the answer. */
export class AdminProblem extends Error {
  constructor(
    /** HTTP status code. */
    readonly status: number,
    /** What was wrong, and what to do; for the admin who reads the page. */
    readonly detail: string,
    private readonly place: ProblemPlace = {},
  ) {
    super(detail, { cause: place.cause });
    this.name = 'AdminProblem';
  }

  /** The body of the answer. */
  toProblem(): Problem {
    const { errors, position } = this.place;
    return {
      type: 'about:blank',
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.detail,
      ...(errors && { errors }),
      ...(position !== undefined && { position }),
    };
  }
}

/** What there is not, and what the admin may not see, alike. */
export function nothingThere(what = 'There is nothing at this address.'): AdminProblem {
  return new AdminProblem(404, what);
}
