import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { NewTenant, TenantView } from '../../http/admin/messages.js';
import { api } from '../api.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { PROFILE_WORDS } from '../components/words.js';
import { paths } from '../paths.js';
import { keys } from '../queries.js';
import { useNotify } from '../shell/notices.js';
import { TENANT_NAME_RULE, tenantNameMistake } from './tenant-name.js';

const PROFILES = Object.entries(PROFILE_WORDS).map(([value, words]) => ({ value, ...words }));

function useCreate() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  return useMutation({
    mutationFn: (tenant: NewTenant) => api.post<TenantView>('/tenants', tenant),
    onSuccess: async ({ name }) => {
      await client.invalidateQueries({ queryKey: keys.tenants });
      notify({ type: 'success', content: `Tenant ${name} was created. Connect its identity provider next.` });
      void navigate(paths.connect(name));
    },
  });
}

export function CreateTenantDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [profile, setProfile] = useState('entra');
  const [wasSent, setSent] = useState(false);
  const { mutate, isPending, error } = useCreate();
  const mistake = wasSent ? tenantNameMistake(name) : '';
  return (
    <FormDialog
      title="Create tenant"
      action="Create tenant"
      isPending={isPending}
      error={error}
      fields={['name', 'profile']}
      onClose={onClose}
      onSubmit={() => {
        setSent(true);
        if (tenantNameMistake(name) === '') mutate({ name, profile });
      }}
    >
      <FormField
        label="Name"
        description="It is part of the address that the identity provider is given, so choose it to last."
        constraintText={TENANT_NAME_RULE}
        errorText={mistake || fieldError(error, 'name')}
      >
        <Input
          value={name}
          placeholder="acme"
          autoComplete={false}
          spellcheck={false}
          onChange={({ detail }) => setName(detail.value)}
        />
      </FormField>
      <FormField label="Which client will connect?" errorText={fieldError(error, 'profile')}>
        <RadioGroup value={profile} items={PROFILES} onChange={({ detail }) => setProfile(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
