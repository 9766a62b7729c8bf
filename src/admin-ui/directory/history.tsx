import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import type { ChangeView } from '../../http/admin/messages.js';
import { ApiError } from '../api.js';
import { CursorPagination, useCursorPages } from '../components/cursor-pages.js';
import { Empty } from '../components/empty.js';
import { Loaded } from '../components/loaded.js';
import { Time } from '../components/time.js';
import { paths } from '../paths.js';
import { useCan } from '../shell/session.js';
import { Change } from './change.js';
import { operationText, summaryOf } from './comparison.js';
import { directoryQueries } from './queries.js';
import './directory.css';

interface Props {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

/** What has happened to a resource, newest first. */
export function History({ tenant, type, id }: Props) {
  const pages = useCursorPages<number>(id);
  const list = useQuery(directoryQueries.history(tenant, type, id, pages.current));
  if (list.error instanceof ApiError && list.error.status === 404) return <NoHistory />;
  return (
    <Loaded query={list} what="the history">
      {({ items, next }) =>
        items.length === 0 ? (
          <NoHistory />
        ) : (
          <SpaceBetween size="s">
            <ol className="plain-list history">
              {items.map((change) => (
                <li key={change.sequence}>
                  <HistoryEntry tenant={tenant} change={change} />
                </li>
              ))}
            </ol>
            <CursorPagination pages={pages} next={list.isPlaceholderData ? undefined : next} what="changes" />
          </SpaceBetween>
        )
      }
    </Loaded>
  );
}

function NoHistory() {
  return <Empty title="No history">Nothing is recorded under this id.</Empty>;
}

/** Long ones are folded, so that the list can be looked over. */
const isLong = ({ difference, added, removed }: ChangeView) => difference.length + added.length + removed.length > 8;

function HistoryEntry({ tenant, change }: { readonly tenant: string; readonly change: ChangeView }) {
  const can = useCan();
  const { actor } = change;
  return (
    <ExpandableSection
      variant="container"
      defaultExpanded={!isLong(change)}
      headingTagOverride="h2"
      headerText={
        <>
          {operationText(change.operation)} <Time value={change.time} />
        </>
      }
      headerDescription={`By ${actor.name}${actor.address === null ? '' : ` from ${actor.address}`}: ${summaryOf(change)}`}
    >
      <SpaceBetween size="s">
        <Change tenant={tenant} change={change} />
        <Box color="text-body-secondary">
          <Time value={change.time} exact />, version {change.version}
          {can('activity.read') && (
            <>
              {', '}
              <Link href={paths.activity(tenant, { request: change.requestId })}>the request that did it</Link>
            </>
          )}
        </Box>
      </SpaceBetween>
    </ExpandableSection>
  );
}
