import Button from '@cloudscape-design/components/button';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { InvitationView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { Bounded } from '../components/bounded.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Time } from '../components/time.js';
import { useNarrow } from '../components/use-narrow.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { InviteButton } from './invite-button.js';
import { adminQueries } from './queries.js';
import { roleText } from './roles.js';

const emailText = ({ email }: InvitationView) => email ?? 'Whoever has the link';

const COLUMNS: readonly TableProps.ColumnDefinition<InvitationView>[] = [
  {
    id: 'email',
    header: 'For',
    isRowHeader: true,
    sortingField: 'email',
    cell: (one) => <Bounded>{emailText(one)}</Bounded>,
  },
  {
    id: 'kind',
    header: 'What it does',
    cell: ({ isReset, role, tenant }) =>
      isReset ? 'Sets a new password' : `Makes them ${roleText(role)}${tenant === null ? '' : ` of ${tenant}`}`,
  },
  { id: 'createdBy', header: 'Made by', cell: ({ createdBy }) => createdBy ?? 'The server' },
  { id: 'expires', header: 'Ends', sortingField: 'expires', cell: ({ expires }) => <Time value={expires} /> },
];

/** On a phone all of it stands in one cell. */
const NARROW_COLUMNS: typeof COLUMNS = [
  {
    id: 'email',
    header: 'Invitation',
    isRowHeader: true,
    cell: (invitation) => (
      <>
        {COLUMNS.filter(({ id }) => id !== 'createdBy').map(({ id, header, cell }) => (
          <div key={id} className="break-anywhere">
            {header}: {cell(invitation)}
          </div>
        ))}
      </>
    ),
  },
];

/** Links that were made and not used yet; the links themselves are not kept. */
export function InvitationsTable() {
  const mayChange = useCan()('admins.write');
  const [chosen, setChosen] = useState<InvitationView>();
  const isNarrow = useNarrow();
  const actions: TableProps.ColumnDefinition<InvitationView> = {
    id: 'actions',
    header: 'Actions',
    cell: (invitation) => (
      <Button wrapText={false} ariaLabel={`Take back: ${emailText(invitation)}`} onClick={() => setChosen(invitation)}>
        Take back
      </Button>
    ),
  };
  return (
    <>
      <ListTable
        query={useQuery(adminQueries.invitations)}
        columns={[...(isNarrow ? NARROW_COLUMNS : COLUMNS), ...(mayChange ? [actions] : [])]}
        noun="invitation"
        label="Invitations"
        trackBy={({ id }) => id}
        searchText={({ email, role, tenant }) => `${email ?? ''} ${roleText(role)} ${tenant ?? ''}`}
        header="Invitations"
        actions={mayChange && <InviteButton />}
        empty={<Empty title="No open invitations">Those that were used or have ended are not shown.</Empty>}
      />
      {chosen && <TakeBack invitation={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function TakeBack({ invitation, onClose }: { readonly invitation: InvitationView; readonly onClose: () => void }) {
  const client = useQueryClient();
  const notify = useNotify();
  const takeBack = async () => {
    await api.delete(`/invitations/${part(invitation.id)}`);
    notify({ type: 'success', content: 'The invitation was taken back.' });
    await client.invalidateQueries({ queryKey: adminQueries.key });
  };
  return (
    <ConfirmDialog title="Take the invitation back?" action="Take back" onConfirm={takeBack} onClose={onClose}>
      <p>The link for “{emailText(invitation)}” stops working at once.</p>
    </ConfirmDialog>
  );
}
