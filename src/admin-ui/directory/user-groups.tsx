import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { Empty } from '../components/empty.js';
import { NameCell } from '../components/name-cell.js';
import { paths } from '../paths.js';
import { groupsOf } from './attributes.js';

const PAGE = 25;

/** The groups that a user is a member of, each with a link. */
export function UserGroups({
  tenant,
  user,
}: {
  readonly tenant: string;
  readonly user: Readonly<Record<string, unknown>>;
}) {
  const [page, setPage] = useState(1);
  const groups = groupsOf(user);
  return (
    <Table
      items={groups.slice((page - 1) * PAGE, page * PAGE)}
      columnDefinitions={[
        {
          id: 'display',
          header: 'Group',
          isRowHeader: true,
          cell: ({ id, display }) => (
            <NameCell href={paths.resource(tenant, 'Group', id)} name={display} detail={null} />
          ),
        },
        { id: 'how', header: 'How', cell: ({ isIndirect }) => (isIndirect ? 'Through another group' : 'Directly') },
      ]}
      trackBy="id"
      wrapLines
      ariaLabels={{ tableLabel: 'Groups of the user' }}
      header={
        <Header variant="h2" counter={`(${groups.length})`}>
          Groups
        </Header>
      }
      empty={<Empty title="In no group">A group shows here when a client makes the user a member of it.</Empty>}
      pagination={
        groups.length > PAGE && (
          <Pagination
            currentPageIndex={page}
            pagesCount={Math.ceil(groups.length / PAGE)}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        )
      }
    />
  );
}
