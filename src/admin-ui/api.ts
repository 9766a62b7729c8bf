/**
 * The admin API over fetch. Knows: the address, the CSRF token, how errors are told. Does not know: what is asked for.
 * What comes back is one of the shapes of http/admin/messages.ts; an error is an ApiError or an OfflineError.
 */
import type { Problem } from '../http/admin/messages.js';
import { queryText } from './paths.js';

const API = '/admin/api';

/** The server has refused: a Problem with its status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** By the name of the field; what belongs to no field of a form is in `message`. */
  readonly fields: ReadonlyMap<string, string>;
  /** Where in a filter, from 0. */
  readonly position: number | undefined;

  constructor(problem: Pick<Problem, 'status' | 'detail' | 'errors' | 'position'>) {
    super(problem.detail);
    this.status = problem.status;
    this.fields = new Map(problem.errors?.map(({ field, message }) => [field, message]));
    this.position = problem.position;
  }
}

/** The server could not be reached, so nobody knows whether a change was made. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Milliseconds after the last key or click from which on a reading is the page’s own, and nobody’s doing. */
const IDLE = 30_000;

let csrf: string | undefined;
let lastInput = 0;

/** Call once. What the page reads by itself, to stay up to date, must not keep a session alive for ever. */
export function noticeInput(target: EventTarget): void {
  const note = () => {
    lastInput = Date.now();
  };
  note();
  for (const type of ['pointerdown', 'keydown']) target.addEventListener(type, note, { capture: true, passive: true });
}

/** Sent with every change from now on. In memory alone. */
export function setCsrf(token: string | undefined): void {
  csrf = token;
}

/** For links to files that the server makes. */
export function apiHref(path: string, query?: Query): string {
  return `${API}${path}${queryText(query)}`;
}

/** A part of a path. */
export function part(text: string): string {
  return encodeURIComponent(text);
}

interface CallOptions {
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
  readonly isBackground?: boolean;
}

async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const { body, signal, isBackground } = options;
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (isBackground || (method === 'GET' && Date.now() - lastInput > IDLE)) headers['x-background'] = '1';
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrf !== undefined) headers['x-csrf-token'] = csrf;
  const response = await fetch(`${API}${path}`, {
    method,
    headers,
    credentials: 'same-origin',
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new OfflineError('The server cannot be reached. Check your connection and that the server runs.');
  });
  if (!response.ok) throw new ApiError(await readProblem(response));
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

/** What stands between browser and server answers in its own way, so the body may be anything. */
async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && typeof (body as Problem).detail === 'string') {
    return { ...(body as Problem), status: response.status };
  }
  const detail =
    response.status >= 500
      ? 'The server has failed. Try again; its log tells more.'
      : `The server has answered ${response.status} without saying why.`;
  return { type: 'about:blank', title: response.statusText, status: response.status, detail };
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    call<T>('GET', `${path}${queryText(query)}`, { signal }),
  /** A GET that nobody made by hand, as a live list makes them: it does not keep the session alive. */
  watch: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    call<T>('GET', `${path}${queryText(query)}`, { signal, isBackground: true }),
  post: <T>(path: string, body: object = {}) => call<T>('POST', path, { body }),
  put: <T>(path: string, body: object) => call<T>('PUT', path, { body }),
  patch: <T>(path: string, body: object) => call<T>('PATCH', path, { body }),
  delete: <T = void>(path: string, body?: object) => call<T>('DELETE', path, { ...(body && { body }) }),
};
