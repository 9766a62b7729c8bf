/** What the list of requests is narrowed to. It stands in the address of the page, so that it can be sent to others. */
import type { ActivityView } from '../../http/admin/messages.js';

/** An empty text does not narrow. */
export interface ActivityFilter {
  readonly outcome: string;
  /** CredentialView.id */
  readonly credential: string;
  readonly method: string;
  /** `id` of a resource. */
  readonly resource: string;
}

const NAMES = ['outcome', 'credential', 'method', 'resource'] as const satisfies readonly (keyof ActivityFilter)[];

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export function filterOf(search: URLSearchParams): ActivityFilter {
  const text = (name: string) => search.get(name)?.trim() ?? '';
  return {
    outcome: text('outcome'),
    credential: text('credential'),
    method: text('method'),
    resource: text('resource'),
  };
}

/** The query of the filter, with what else is asked for; both for the page's address and for the API. */
export function queryOf(filter: ActivityFilter, more: Readonly<Record<string, string | number | undefined>> = {}) {
  const query = new URLSearchParams();
  for (const name of NAMES) if (filter[name] !== '') query.set(name, filter[name]);
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, String(value));
  return query;
}

export const isNarrowed = (filter: ActivityFilter): boolean => NAMES.some((name) => filter[name] !== '');

/** The same as the server decides, for requests that arrive while the page is open. */
export function isWanted(entry: ActivityView, filter: ActivityFilter): boolean {
  return (
    (filter.outcome === '' || entry.outcome === filter.outcome) &&
    (filter.credential === '' || entry.credential?.id === filter.credential) &&
    (filter.method === '' || entry.method === filter.method) &&
    (filter.resource === '' || entry.resource?.id === filter.resource)
  );
}
