import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { CursorPagination, useCursorPages } from '../components/cursor-pages.js';
import { Empty } from '../components/empty.js';
import { ErrorBox } from '../components/error-box.js';
import { count } from '../components/format.js';
import { NameCell } from '../components/name-cell.js';
import { paths } from '../paths.js';
import { directoryQueries } from './queries.js';

interface Props {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

/** The members of a group, page by page, each with a link. */
export function Members({ tenant, type, id }: Props) {
  const pages = useCursorPages<string>(id);
  const list = useQuery(directoryQueries.members(tenant, type, id, pages.current));
  const next = list.isPlaceholderData ? undefined : list.data?.next;
  return (
    <SpaceBetween size="s">
      {list.error && <ErrorBox error={list.error} onRetry={() => list.refetch()} />}
      <Table
        items={list.data?.items ?? []}
        columnDefinitions={[
          {
            id: 'display',
            header: 'Member',
            isRowHeader: true,
            cell: (member) => (
              <NameCell
                href={paths.resource(tenant, member.type, member.id)}
                name={member.display ?? member.id}
                detail={null}
              />
            ),
          },
          { id: 'type', header: 'Type', cell: (member) => member.type },
        ]}
        trackBy="id"
        loading={list.isPending || list.isPlaceholderData}
        loadingText="Reading the members"
        wrapLines
        ariaLabels={{ tableLabel: 'Members' }}
        renderAriaLive={({ visibleItemsCount }) => `${count(visibleItemsCount, 'member')} on this page`}
        header={<Header variant="h2">Members</Header>}
        empty={list.error ? null : <Empty title="No members">They show here when a client adds them.</Empty>}
        pagination={<CursorPagination pages={pages} next={next} what="members" />}
      />
    </SpaceBetween>
  );
}
