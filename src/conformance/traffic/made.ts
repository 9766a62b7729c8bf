/**
 * What a run has left on the server at this moment, read from its exchanges alone; for the one who ends a run before
 * it could tidy up.
 */
import type { Exchange, Json } from '../model.js';
import { isObject, valueAt } from '../values.js';

export class MadeSoFar {
  /** Absolute URLs. */
  private readonly urls = new Set<string>();

  readonly note = ({ request, response }: Exchange): void => {
    if (!response || response.status >= 300) return;
    const url = request.url.split('?')[0] as string;
    if (request.method === 'DELETE') this.urls.delete(url);
    if (request.method !== 'POST') return;
    const body = parse(response.body);
    if (/\/Bulk$/.test(url)) this.noteBulk(body, url.slice(0, -'/Bulk'.length));
    const id = valueAt(body, 'id');
    if (typeof id === 'string') this.urls.add(`${url}/${encodeURIComponent(id)}`);
  };

  list(): readonly string[] {
    return [...this.urls];
  }

  private noteBulk(body: Json | undefined, base: string): void {
    const operations = valueAt(body, 'Operations');
    for (const operation of Array.isArray(operations) ? operations.filter(isObject) : []) {
      const { method, location } = operation;
      const [, path] = /(\/[^/]+\/[^/?]+)$/.exec(String(location ?? '')) ?? [];
      if (path === undefined) continue;
      if (method === 'POST') this.urls.add(`${base}${path}`);
      if (method === 'DELETE') this.urls.delete(`${base}${path}`);
    }
  }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
