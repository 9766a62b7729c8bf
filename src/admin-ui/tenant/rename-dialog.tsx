import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { TenantView } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { paths } from '../paths.js';
import { TENANT_NAME_RULE, tenantNameMistake } from '../tenants/tenant-name.js';
import { useForgetTenant, usePatchTenant } from './changes.js';

interface Props {
  readonly tenant: TenantView;
  readonly onClose: () => void;
}

export function RenameDialog({ tenant, onClose }: Props) {
  const [name, setName] = useState(tenant.name);
  const [wasSent, setSent] = useState(false);
  const navigate = useNavigate();
  const forget = useForgetTenant();
  const { mutate, isPending, error } = usePatchTenant(tenant.name, (changed) => `It is named ${changed.name} now.`);
  const mistake = wasSent ? tenantNameMistake(name) : '';
  const submit = () => {
    setSent(true);
    if (name === tenant.name) onClose();
    else if (tenantNameMistake(name) === '') mutate({ name }, { onSuccess: (changed) => leave(changed.name) });
  };
  const leave = async (changed: string) => {
    onClose();
    await navigate(paths.tenant(changed), { replace: true });
    await forget(tenant.name);
  };
  return (
    <FormDialog
      title={`Rename ${tenant.name}`}
      action="Rename"
      isPending={isPending}
      error={error}
      fields={['name']}
      onClose={onClose}
      onSubmit={submit}
    >
      <Alert type="warning">
        Addresses with the old name in them stop working: enter the new Tenant URL at every identity provider that is
        connected. Credentials stay as they are.
      </Alert>
      <FormField label="Name" constraintText={TENANT_NAME_RULE} errorText={mistake || fieldError(error, 'name')}>
        <Input autoComplete={false} spellcheck={false} value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
