/**
 * What a run has left on the server at this moment, read from its exchanges alone; for the one who ends a run before
 * it could tidy up.
 */
import { bulkChanges, createdPath } from '../created.js';
import type { Exchange, Json } from '../model.js';
import { parsed } from '../values.js';

export class MadeSoFar {
  /** Absolute URLs. */
  private readonly urls = new Set<string>();

  readonly note = ({ request, response }: Exchange): void => {
    if (!response || response.status >= 300) return;
    const url = request.url.split('?')[0] as string;
    if (request.method === 'DELETE') this.urls.delete(url);
    if (request.method !== 'POST') return;
    const body = parsed(response.body);
    if (/\/Bulk$/.test(url)) this.noteBulk(body, url.slice(0, -'/Bulk'.length));
    const made = createdPath(url, { headers: response.headers, body });
    if (made !== undefined) this.urls.add(made);
  };

  list(): readonly string[] {
    return [...this.urls];
  }

  private noteBulk(body: Json | undefined, base: string): void {
    for (const { method, path } of bulkChanges(body)) {
      if (method === 'POST') this.urls.add(`${base}${path}`);
      if (method === 'DELETE') this.urls.delete(`${base}${path}`);
    }
  }
}
