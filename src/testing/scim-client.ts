/** SCIM over HTTP with a bearer token, for tests. */
import type { JsonObject } from '../scim/json.js';

const MEDIA_TYPE = 'application/scim+json';

/** Of any status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where there is none, or none that is JSON. */
  readonly body: JsonObject | undefined;
}

export class ScimClient {
  /** @param url where the endpoints are, e.g. `http://127.0.0.1:8080/scim/v2`, perhaps with a query */
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @param path below the URL, with its query: `/Users?count=1` */
  async request(method: string, path: string, body?: JsonObject): Promise<Answer> {
    const response = await fetch(this.addressOf(path), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: MEDIA_TYPE,
        ...(body !== undefined && { 'content-type': `${MEDIA_TYPE}; charset=utf-8` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  }

  /** A query of the URL (`?aadOptscim062020`) goes along, as Entra does it. */
  private addressOf(path: string): string {
    const [base = '', flags] = this.url.split('?');
    const address = base.replace(/\/$/, '') + path;
    return flags === undefined ? address : `${address}${path.includes('?') ? '&' : '?'}${flags}`;
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
