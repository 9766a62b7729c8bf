import Link from '@cloudscape-design/components/link';
import type { EventView } from '../../http/admin/messages.js';
import { Bounded } from '../components/bounded.js';
import { Small } from '../components/small.js';
import { paths } from '../paths.js';
import { useCan } from '../shell/session.js';
import { EVENT_WORDS, nameOf } from './words.js';

interface Props {
  readonly tenant: string;
  /** `user.created`, or the name of a security event. */
  readonly type: string;
  /** Null: the history does not have it any more. */
  readonly event: EventView | null;
  readonly sequence: number;
}

/** What happened, and to whom. */
export function EventName({ tenant, type, event, sequence }: Props) {
  const can = useCan();
  const id = event?.resource.id;
  const name = event && nameOf(event.resource);
  const isLinked = can('directory.read') && typeof id === 'string';
  return (
    <>
      {EVENT_WORDS[type] ?? type}
      {event && ': '}
      <Bounded>
        {isLinked ? <Link href={paths.resource(tenant, event?.resourceType ?? '', id)}>{name}</Link> : name}
      </Bounded>
      <Small>
        <span className="break-anywhere">
          change {sequence}, <span className="monospace">{type}</span>
        </span>
      </Small>
    </>
  );
}
