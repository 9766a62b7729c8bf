import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { IssuedAdminToken, NewAdminToken } from '../../http/admin/messages.js';
import { api } from '../api.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { SecretDialog } from '../components/secret-dialog.js';
import { adminQueries } from './queries.js';
import { type RoleChoice, RoleFields } from './role-fields.js';
import { tenantMistake } from './roles.js';

const LIFETIMES = [
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
  { value: '180d', label: '180 days' },
  { value: '365d', label: '1 year' },
  { value: '', label: 'Never' },
] as const;

/** Asks what the token is for, and shows it once. */
export function TokenButton() {
  const [isAsking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <Button variant="primary" onClick={() => setAsking(true)}>
        Issue a token
      </Button>
      {isAsking && (
        <TokenDialog
          onSecret={(issued) => {
            setAsking(false);
            setSecret(issued);
          }}
          onClose={() => setAsking(false)}
        />
      )}
      {secret !== undefined && (
        <SecretDialog
          title="The admin token"
          fields={[{ label: 'Token', value: secret, hint: 'Send it as “Authorization: Bearer” and the token.' }]}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
}

interface Props {
  readonly onSecret: (secret: string) => void;
  readonly onClose: () => void;
}

function TokenDialog({ onSecret, onClose }: Props) {
  const [name, setName] = useState('');
  const [expires, setExpires] = useState<string>('90d');
  const [choice, setChoice] = useState<RoleChoice>({ role: 'viewer', tenant: null });
  const [isTried, setTried] = useState(false);
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (token: NewAdminToken) => api.post<IssuedAdminToken>('/tokens', token),
    gcTime: 0,
    onSuccess: ({ secret }) => {
      void client.invalidateQueries({ queryKey: adminQueries.key });
      onSecret(secret);
    },
  });
  const nameMistake = name.trim() === '' ? 'Say what the token is for, so that others know it.' : '';
  const submit = () => {
    setTried(true);
    const isComplete = nameMistake === '' && tenantMistake(choice.role, choice.tenant) === '';
    if (isComplete) mutate({ name: name.trim(), expires: expires || null, ...choice });
  };
  return (
    <FormDialog
      title="Issue an admin token"
      action="Issue"
      isPending={isPending}
      error={error}
      fields={['name', 'expires', 'role', 'tenant']}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormField
        label="Name"
        description="What it is for: “nightly export”."
        errorText={(isTried && nameMistake) || fieldError(error, 'name')}
      >
        <Input value={name} autoComplete={false} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <RoleFields value={choice} onChange={setChoice} error={error} isTried={isTried} />
      <FormField label="Ends after" errorText={fieldError(error, 'expires')}>
        <Select
          options={LIFETIMES}
          selectedOption={LIFETIMES.find(({ value }) => value === expires) ?? null}
          onChange={({ detail }) => setExpires(detail.selectedOption.value ?? '')}
        />
      </FormField>
    </FormDialog>
  );
}
