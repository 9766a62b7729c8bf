/** GET /audit: what admins have done, newest first. Whoever has one tenant sees what was about that tenant. */
import { AUDIT_ACTIONS } from '../../access/audit.js';
import type { AuditRecord } from '../../store/store.js';
import type { AdminRequest, AdminResponse } from './handler.js';
import type { AuditList, AuditView } from './messages.js';
import type { AdminParts } from './parts.js';
import { nothingThere } from './problem.js';
import { readQuery, sequence, text, whole } from './query.js';

const QUERY = {
  tenant: text(100).optional(),
  action: text(40)
    .refine((value) => value === undefined || Object.hasOwn(AUDIT_ACTIONS, value), {
      message: `is one of ${Object.keys(AUDIT_ACTIONS).join(', ')}`,
    })
    .optional(),
  before: sequence.optional(),
  limit: whole(1, 500).optional(),
};

/** Records on a page without `limit`. */
const PAGE = 50;

export async function listAudit({ admin, query }: AdminRequest, { store }: AdminParts): Promise<AdminResponse> {
  const { tenant: name, action, before, limit = PAGE } = readQuery(query, QUERY);
  const named = name === undefined ? undefined : await store.tenantByName(name);
  if (name !== undefined && (!named || (admin.tenant !== undefined && admin.tenant !== named.id))) {
    throw nothingThere(`There is no tenant named ${JSON.stringify(name)}.`);
  }
  const tenant = admin.tenant ?? named?.id;
  const records = await store.audit({ tenant, action, before, limit });
  const next = records.length === limit ? (records.at(-1)?.sequence ?? null) : null;
  const list: AuditList = { items: records.map(viewOf), next };
  return { status: 200, body: list };
}

function viewOf({ sequence: number, time, actor, address, action, tenant, target, details }: AuditRecord): AuditView {
  return {
    sequence: number,
    time,
    actor: { kind: actor.kind, id: actor.id ?? null, name: actor.name },
    address: address ?? null,
    action,
    tenant: tenant ?? null,
    target: target ?? null,
    details,
  };
}
