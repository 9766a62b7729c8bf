/** The activity of a tenant as a file, newest first, written while it is read: memory does not grow with it. */
import type { ActivityQuery } from '../../store/store.js';
import { type ActivityParts, activityView, NARROWING } from './activity.js';
import { type AdminRequest, type AdminResponse, tenantOf } from './handler.js';
import type { ActivityView } from './messages.js';
import { oneOf, readQuery } from './query.js';

/** Entries per read. */
const PAGE = 1_000;

interface Format {
  readonly contentType: string;
  /** What the file begins with. */
  readonly head: string;
  readonly line: (entry: ActivityView) => string;
}

type Column = readonly [name: string, value: (entry: ActivityView) => string | number | null | undefined];

const COLUMNS: readonly Column[] = [
  ['time', ({ time }) => time],
  ['outcome', ({ outcome }) => outcome],
  ['status', ({ status }) => status],
  ['method', ({ method }) => method],
  ['path', ({ path }) => path],
  ['resourceType', ({ resource }) => resource?.type],
  ['resourceId', ({ resource }) => resource?.id],
  ['credential', ({ credential }) => credential?.name],
  ['credentialId', ({ credential }) => credential?.id],
  ['address', ({ address }) => address],
  ['agent', ({ agent }) => agent],
  ['milliseconds', ({ milliseconds }) => milliseconds],
  ['rules', ({ rules }) => rules.map(({ name }) => name).join(' ')],
  ['refusal', ({ refusal }) => refusal?.kind],
  ['detail', ({ refusal }) => refusal?.detail],
  ['reason', ({ refusal }) => refusal?.reason && JSON.stringify(refusal.reason)],
  ['advice', ({ advice }) => advice],
  ['requestId', ({ requestId }) => requestId],
  ['sequence', ({ sequence }) => sequence],
];

const FORMATS = {
  csv: {
    contentType: 'text/csv; charset=utf-8',
    head: csvLine(COLUMNS.map(([name]) => name)),
    line: (entry) => csvLine(COLUMNS.map(([, value]) => value(entry))),
  },
  jsonl: {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (entry) => `${JSON.stringify(entry)}\n`,
  },
} as const satisfies Record<string, Format>;

/** GET /tenants/{tenant}/activity/export */
export async function exportActivity(request: AdminRequest, parts: ActivityParts): Promise<AdminResponse> {
  const { format, after, ...narrowing } = readQuery(request.query, { ...NARROWING, format: oneOf(['csv', 'jsonl']) });
  const tenant = tenantOf(request);
  await parts.activity.flush();
  const { contentType, head, line } = FORMATS[format];
  const [newest] = await parts.store.activity({ tenant: tenant.id, limit: 1 });
  const name = `activity-${tenant.name}-${fileTime(newest?.time)}.${format}`;
  const pages = readPages({ tenant: tenant.id, ...narrowing, limit: PAGE }, after ?? 0, parts);
  return {
    status: 200,
    audit: { action: 'activity.export', details: { format } },
    headers: { 'Content-Type': contentType, 'Content-Disposition': `attachment; filename="${name}"` },
    stream: async (write) => {
      if (head !== '') await write(head);
      for await (const page of pages) await write(page.map(line).join(''));
    },
  };
}

/** Down to the entry after `after`. Newest first, so that requests which come meanwhile do not keep it from its end. */
async function* readPages(
  query: ActivityQuery & { readonly limit: number },
  after: number,
  { store }: ActivityParts,
): AsyncGenerator<ActivityView[]> {
  let { before } = query;
  for (;;) {
    const found = await store.activity({ ...query, before });
    const page = found.filter(({ sequence }) => sequence > after);
    if (page.length > 0) yield page.map(activityView);
    if (page.length < query.limit) return;
    before = page.at(-1)?.sequence;
  }
}

/** RFC 4180: every cell quoted. */
function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map((cell) => `"${harmless(cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** A text that a spreadsheet would take for a formula gets an apostrophe, which makes it a text again. */
function harmless(cell: string | number | null | undefined): string {
  if (typeof cell === 'number') return String(cell);
  const text = cell ?? '';
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

/** `20310131T120000Z`; of an empty file `empty`. */
function fileTime(time: string | undefined): string {
  return time === undefined ? 'empty' : time.replace(/\.\d+/, '').replace(/[-:]/g, '');
}
