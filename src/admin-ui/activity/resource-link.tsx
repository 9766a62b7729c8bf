import Link from '@cloudscape-design/components/link';
import type { ActivityView } from '../../http/admin/messages.js';
import { paths } from '../paths.js';
import { useCan } from '../shell/session.js';

interface Props {
  /** Undefined: the request belongs to none. */
  readonly tenant: string | undefined;
  readonly resource: ActivityView['resource'];
  /** Ids of other servers may be long. */
  readonly isShort?: boolean;
}

export function ResourceLink({ tenant, resource, isShort = false }: Props) {
  const can = useCan();
  if (resource === null) return <>–</>;
  const { type, id } = resource;
  const text = (
    <>
      {type} <span className="monospace">{isShort && id.length > 13 ? `${id.slice(0, 8)}…` : id}</span>
    </>
  );
  if (tenant === undefined || !can('directory.read')) return text;
  return (
    <Link href={paths.resource(tenant, type, id)} ariaLabel={`${type} ${id}`}>
      {text}
    </Link>
  );
}
