/** What can be done with a tenant as a whole: connect, rename, disable, delete. */
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { TenantView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { count } from '../components/format.js';
import { paths } from '../paths.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { useForgetTenant, usePatchTenant } from './changes.js';
import { RenameDialog } from './rename-dialog.js';

type Asking = 'rename' | 'disable' | 'delete' | undefined;

export function TenantActions({ tenant }: { readonly tenant: TenantView }) {
  const [asking, setAsking] = useState<Asking>();
  const can = useCan();
  const { mutate: enable } = useEnable(tenant.name);
  const close = () => setAsking(undefined);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {can('tenants.control') && (
        <ButtonDropdown
          items={[
            { id: 'rename', text: 'Rename' },
            tenant.disabled === null ? { id: 'disable', text: 'Disable' } : { id: 'enable', text: 'Enable' },
            { id: 'delete', text: 'Delete' },
          ]}
          onItemClick={({ detail }) => (detail.id === 'enable' ? enable() : setAsking(detail.id as Asking))}
        >
          Actions
        </ButtonDropdown>
      )}
      {can('credentials.write') && (
        <Button variant="primary" href={paths.connect(tenant.name)}>
          Connect
        </Button>
      )}
      {asking === 'rename' && <RenameDialog tenant={tenant} onClose={close} />}
      {asking === 'disable' && <DisableDialog tenant={tenant} onClose={close} />}
      {asking === 'delete' && <DeleteDialog tenant={tenant} onClose={close} />}
    </SpaceBetween>
  );
}

function useEnable(tenant: string) {
  const { mutateAsync } = usePatchTenant(tenant, ({ name }) => `${name} is served again.`);
  const notify = useNotify();
  return useMutation({
    mutationFn: () => mutateAsync({ disabled: false }),
    onError: (error) => notify({ type: 'error', header: `${tenant} is still disabled`, content: error.message }),
  });
}

interface DialogProps {
  readonly tenant: TenantView;
  readonly onClose: () => void;
}

function DisableDialog({ tenant: { name }, onClose }: DialogProps) {
  const { mutateAsync } = usePatchTenant(name, () => `${name} is disabled: its clients are refused from now on.`);
  return (
    <ConfirmDialog
      title={`Disable ${name}?`}
      action="Disable"
      onConfirm={() => mutateAsync({ disabled: true })}
      onClose={onClose}
    >
      <p>
        Every request of its clients is refused with 403 from now on, so that identity providers will report errors and
        may pause by themselves. Users, groups and credentials are kept, and you can enable it at any time.
      </p>
    </ConfirmDialog>
  );
}

function DeleteDialog({ tenant, onClose }: DialogProps) {
  const navigate = useNavigate();
  const notify = useNotify();
  const forget = useForgetTenant();
  const { name, resources, credentials } = tenant;
  const total = Object.values(resources).reduce((sum, amount) => sum + amount, 0);
  const remove = async () => {
    await api.delete(`/tenants/${part(name)}`, { confirm: name });
    await navigate(paths.tenants);
    await forget(name);
    notify({ type: 'success', content: `Tenant ${name} was deleted.` });
  };
  return (
    <ConfirmDialog title={`Delete ${name}?`} action="Delete" typed={name} onConfirm={remove} onClose={onClose}>
      <p>
        {count(total, 'resource')} with their history, {count(credentials.active, 'active credential')} and the record
        of all requests are deleted. This cannot be undone. What is connected stops working at once.
      </p>
    </ConfirmDialog>
  );
}
