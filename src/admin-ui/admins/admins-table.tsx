import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import type { AdminView } from '../../http/admin/messages.js';
import { Bounded } from '../components/bounded.js';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Time } from '../components/time.js';
import { useNarrow } from '../components/use-narrow.js';
import { useCan, useSession } from '../shell/session.js';
import { AdminActions } from './admin-actions.js';
import { InviteButton } from './invite-button.js';
import { adminQueries } from './queries.js';
import { roleText, signInText } from './roles.js';

function columnsOf(ownId: string, mayChange: boolean): TableProps.ColumnDefinition<AdminView>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      isRowHeader: true,
      sortingField: 'name',
      cell: ({ id, name, email }) => (
        <>
          <Bounded>{name}</Bounded> {id === ownId && <Badge>You</Badge>}
          <Box color="text-body-secondary">
            <Bounded>{email}</Bounded>
          </Box>
        </>
      ),
    },
    {
      id: 'role',
      header: 'Role',
      sortingField: 'role',
      cell: ({ role, tenant }) => (tenant === null ? roleText(role) : `${roleText(role)} of ${tenant}`),
    },
    {
      id: 'state',
      header: 'State',
      sortingField: 'disabled',
      cell: ({ disabled }) =>
        disabled === null ? (
          <StatusIndicator type="success">Active</StatusIndicator>
        ) : (
          <StatusIndicator type="stopped">
            Disabled <Time value={disabled} />
          </StatusIndicator>
        ),
    },
    { id: 'signIn', header: 'Signs in with', cell: signInText },
    {
      id: 'lastSignIn',
      header: 'Last sign-in',
      sortingField: 'lastSignIn',
      cell: ({ lastSignIn }) => <Time value={lastSignIn} empty="Never" />,
    },
    ...(mayChange
      ? [
          {
            id: 'actions',
            header: 'Actions',
            cell: (admin: AdminView) => <AdminActions admin={admin} isOwn={admin.id === ownId} />,
          },
        ]
      : []),
  ];
}

/** On a phone role and state stand below the name. */
function narrowColumnsOf(ownId: string, mayChange: boolean): TableProps.ColumnDefinition<AdminView>[] {
  const [name, role, state, , , ...actions] = columnsOf(ownId, mayChange);
  const parts = [name, role, state];
  return [
    {
      id: 'name',
      header: 'Admin',
      isRowHeader: true,
      cell: (admin) => (
        <>
          {parts.map((part) => (
            <div key={part?.id}>{part?.cell(admin)}</div>
          ))}
        </>
      ),
    },
    ...actions,
  ];
}

export function AdminsTable() {
  const { admin } = useSession();
  const mayChange = useCan()('admins.write');
  const isNarrow = useNarrow();
  return (
    <ListTable
      query={useQuery(adminQueries.admins)}
      columns={(isNarrow ? narrowColumnsOf : columnsOf)(admin.id, mayChange)}
      noun="admin"
      label="Admins"
      trackBy={({ id }) => id}
      searchText={({ name, email, role, tenant }) => `${name} ${email} ${roleText(role)} ${tenant ?? ''}`}
      header="Admins"
      actions={mayChange && <InviteButton />}
      empty={<Empty title="No admins" />}
    />
  );
}
