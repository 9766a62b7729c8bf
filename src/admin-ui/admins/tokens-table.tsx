import Button from '@cloudscape-design/components/button';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdminTokenView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { Bounded } from '../components/bounded.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Time } from '../components/time.js';
import { useNarrow } from '../components/use-narrow.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { adminQueries } from './queries.js';
import { roleText } from './roles.js';
import { TokenButton } from './token-button.js';

const COLUMNS: readonly TableProps.ColumnDefinition<AdminTokenView>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    sortingField: 'name',
    cell: ({ name }) => <Bounded>{name}</Bounded>,
  },
  {
    id: 'role',
    header: 'Role',
    sortingField: 'role',
    cell: ({ role, tenant }) => (tenant === null ? roleText(role) : `${roleText(role)} of ${tenant}`),
  },
  {
    id: 'created',
    header: 'Made',
    sortingField: 'created',
    cell: ({ created, createdBy }) => (
      <>
        <Time value={created} /> by {createdBy ?? 'the server'}
      </>
    ),
  },
  {
    id: 'lastUsed',
    header: 'Last used',
    sortingField: 'lastUsed',
    cell: ({ lastUsed }) => <Time value={lastUsed} empty="Never" />,
  },
  {
    id: 'expires',
    header: 'Ends',
    sortingField: 'expires',
    cell: ({ expires }) => <Time value={expires} empty="Never" />,
  },
];

/** On a phone all of it stands in one cell. */
const NARROW_COLUMNS: typeof COLUMNS = [
  {
    id: 'name',
    header: 'Admin token',
    isRowHeader: true,
    cell: (token) => (
      <>
        {COLUMNS.map(({ id, header, cell }) => (
          <div key={id} className="break-anywhere">
            {header}: {cell(token)}
          </div>
        ))}
      </>
    ),
  },
];

/** Tokens with which scripts use the admin API. */
export function TokensTable() {
  const mayChange = useCan()('admins.write');
  const [chosen, setChosen] = useState<AdminTokenView>();
  const isNarrow = useNarrow();
  const actions: TableProps.ColumnDefinition<AdminTokenView> = {
    id: 'actions',
    header: 'Actions',
    cell: (token) => (
      <Button wrapText={false} ariaLabel={`Remove ${token.name}`} onClick={() => setChosen(token)}>
        Remove
      </Button>
    ),
  };
  return (
    <>
      <ListTable
        query={useQuery(adminQueries.tokens)}
        columns={[...(isNarrow ? NARROW_COLUMNS : COLUMNS), ...(mayChange ? [actions] : [])]}
        noun="admin token"
        label="Admin tokens"
        trackBy={({ id }) => id}
        searchText={({ name, role, tenant, createdBy }) =>
          `${name} ${roleText(role)} ${tenant ?? ''} ${createdBy ?? ''}`
        }
        header="Admin tokens"
        actions={mayChange && <TokenButton />}
        empty={
          <Empty title="No admin tokens">
            A script that uses the admin API sends one. Clients that provision users need a credential of a tenant
            instead.
          </Empty>
        }
      />
      {chosen && <RemoveToken token={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function RemoveToken({ token, onClose }: { readonly token: AdminTokenView; readonly onClose: () => void }) {
  const client = useQueryClient();
  const notify = useNotify();
  const remove = async () => {
    await api.delete(`/tokens/${part(token.id)}`);
    notify({ type: 'success', content: `The admin token ${token.name} was removed.` });
    await client.invalidateQueries({ queryKey: adminQueries.key });
  };
  return (
    <ConfirmDialog title={`Remove ${token.name}?`} action="Remove" onConfirm={remove} onClose={onClose}>
      <p>
        Scripts that send it are refused at once. It was last used: <Time value={token.lastUsed} empty="never" />.
      </p>
    </ConfirmDialog>
  );
}
