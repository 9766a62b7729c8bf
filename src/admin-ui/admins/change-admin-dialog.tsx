import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdminPatch, AdminView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { keys } from '../queries.js';
import { useNotify } from '../shell/notices.js';
import { useSession } from '../shell/session.js';
import { adminQueries } from './queries.js';
import { type RoleChoice, RoleFields } from './role-fields.js';
import { tenantMistake } from './roles.js';

interface Props {
  readonly admin: AdminView;
  readonly onClose: () => void;
}

export function ChangeAdminDialog({ admin, onClose }: Props) {
  const [name, setName] = useState(admin.name);
  const [choice, setChoice] = useState<RoleChoice>({ role: admin.role, tenant: admin.tenant });
  const [isTried, setTried] = useState(false);
  const client = useQueryClient();
  const notify = useNotify();
  const { admin: own } = useSession();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (patch: AdminPatch) => api.patch<AdminView>(`/admins/${part(admin.id)}`, patch),
    onSuccess: (changed) => {
      notify({ type: 'success', content: `${changed.name} was changed.` });
      void client.invalidateQueries({ queryKey: adminQueries.key });
      if (admin.id === own.id) void client.invalidateQueries({ queryKey: keys.session });
      onClose();
    },
  });
  const submit = () => {
    setTried(true);
    if (tenantMistake(choice.role, choice.tenant) === '') mutate({ name: name.trim(), ...choice });
  };
  return (
    <FormDialog
      title={`Change ${admin.name}`}
      action="Save"
      isPending={isPending}
      error={error}
      fields={['name', 'role', 'tenant']}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormField label="Name" errorText={fieldError(error, 'name')}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <RoleFields value={choice} onChange={setChoice} error={error} isTried={isTried} />
    </FormDialog>
  );
}
