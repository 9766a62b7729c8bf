import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdminView, IssuedInvitation } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { useNarrow } from '../components/use-narrow.js';
import { useNotify } from '../shell/notices.js';
import { ChangeAdminDialog } from './change-admin-dialog.js';
import { LinkDialog } from './link-dialog.js';
import { adminQueries } from './queries.js';

type Action = 'change' | 'link' | 'disable' | 'enable' | 'remove';

interface Props {
  readonly admin: AdminView;
  readonly isOwn: boolean;
}

/** What can be done with an admin; each opens a dialog. */
export function AdminActions({ admin, isOwn }: Props) {
  const [action, setAction] = useState<Action>();
  const [link, setLink] = useState<string>();
  const isNarrow = useNarrow();
  const close = () => setAction(undefined);
  return (
    <>
      <ButtonDropdown
        variant={isNarrow ? 'inline-icon' : 'normal'}
        expandToViewport
        ariaLabel={`Actions for ${admin.name}`}
        items={[
          { id: 'change', text: 'Change name and role' },
          { id: 'link', text: 'New password link' },
          admin.disabled === null ? { id: 'disable', text: 'Disable' } : { id: 'enable', text: 'Enable' },
          { id: 'remove', text: 'Remove' },
        ]}
        onItemClick={({ detail }) => setAction(detail.id as Action)}
      >
        Actions
      </ButtonDropdown>
      {action === 'change' && <ChangeAdminDialog admin={admin} onClose={close} />}
      {action !== undefined && action !== 'change' && (
        <ActionDialog action={action} admin={admin} isOwn={isOwn} onLink={setLink} onClose={close} />
      )}
      {link !== undefined && (
        <LinkDialog title={`Link for ${admin.name}`} link={link} onClose={() => setLink(undefined)}>
          Send this link to {admin.name}. It sets a new password once, within 24 hours; until then the old one stays.
        </LinkDialog>
      )}
    </>
  );
}

interface ActionDialogProps extends Props {
  readonly action: Exclude<Action, 'change'>;
  readonly onLink: (link: string) => void;
  readonly onClose: () => void;
}

function ActionDialog({ action, admin, isOwn, onLink, onClose }: ActionDialogProps) {
  const client = useQueryClient();
  const notify = useNotify();
  const { name, email } = admin;
  const path = `/admins/${part(admin.id)}`;
  const done = (content: string) => {
    notify({ type: 'success', content });
    return client.invalidateQueries({ queryKey: adminQueries.key });
  };
  const own = isOwn && (
    <p>This is your own account: you will be signed out, and somebody else must let you in again.</p>
  );
  const dialogs = {
    disable: {
      title: `Disable ${name}?`,
      action: 'Disable',
      text: `${email} is signed out at once and cannot sign in until enabled again. Admin tokens that they made stop working.`,
      run: async () => api.patch(path, { disabled: true }).then(() => done(`${name} is disabled.`)),
    },
    enable: {
      title: `Enable ${name}?`,
      action: 'Enable',
      text: `${email} can sign in again, with the role that is shown.`,
      run: async () => api.patch(path, { disabled: false }).then(() => done(`${name} is enabled.`)),
    },
    remove: {
      title: `Remove ${name}?`,
      action: 'Remove',
      text: `${email} is signed out at once and cannot sign in any more. Admin tokens that they made stop working. What they did stays in the audit log.`,
      run: async () => api.delete(path).then(() => done(`${name} was removed.`)),
    },
    link: {
      title: `New password for ${name}?`,
      action: 'Make the link',
      text: `You get a link for ${email}, with which they choose a new password. It is shown once and is good for 24 hours.`,
      run: async () => onLink((await api.post<IssuedInvitation>(`${path}/password-link`)).link),
    },
  };
  const { title, text, run, action: label } = dialogs[action];
  return (
    <ConfirmDialog title={title} action={label} onConfirm={run} onClose={onClose}>
      <p className="break-anywhere">{text}</p>
      {action !== 'enable' && action !== 'link' && own}
    </ConfirmDialog>
  );
}
