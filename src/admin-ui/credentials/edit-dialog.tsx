import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { CredentialView } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { ExpiryField } from '../components/expiry-field.js';
import { FormDialog } from '../components/form-dialog.js';
import { LifetimeField } from '../components/lifetime-field.js';
import { ScopesField } from '../components/scopes-field.js';
import { draftOf, EMPTY_TRUST } from '../connect/trust.js';
import { TrustFields } from '../connect/trust-fields.js';
import { useNotify } from '../shell/notices.js';
import { useCredentialChange } from './changes.js';
import { type Edited, patchOf } from './patch.js';

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
  readonly onClose: () => void;
}

const TRUST_FIELDS = ['issuer', 'audiences', 'subject', 'directory'];
const SHOWN = ['name', 'scopes', 'expires', 'tokenLifetime', ...TRUST_FIELDS.map((field) => `trust.${field}`)];

function useEdited({ name, scopes, expires, tokenLifetime, trust }: CredentialView) {
  return useState<Edited>({
    name,
    scopes,
    expires,
    tokenLifetime: tokenLifetime ?? 3600,
    trust: trust ? draftOf(trust) : EMPTY_TRUST,
  });
}

export function EditDialog({ tenant, credential, onClose }: Props) {
  const [edited, setEdited] = useEdited(credential);
  const change = useCredentialChange(tenant, credential.id);
  const notify = useNotify();
  const { mutate, isPending, error } = useMutation({
    mutationFn: change.patch,
    onSuccess: () => {
      notify({ type: 'success', content: `${edited.name} was changed. It holds from the next request.` });
      onClose();
    },
  });
  const set = (part: Partial<Edited>) => setEdited((before) => ({ ...before, ...part }));
  const submit = () => {
    const patch = patchOf(credential, edited);
    if (Object.keys(patch).length === 0) onClose();
    else mutate(patch);
  };
  return (
    <FormDialog
      title={`Edit ${credential.name}`}
      action="Save"
      isPending={isPending}
      error={error}
      fields={SHOWN}
      onClose={onClose}
      onSubmit={submit}
    >
      <FormField label="Name" errorText={fieldError(error, 'name')}>
        <Input value={edited.name} autoComplete={false} onChange={({ detail }) => set({ name: detail.value })} />
      </FormField>
      <ScopesField
        value={edited.scopes}
        errorText={fieldError(error, 'scopes')}
        onChange={(scopes) => set({ scopes })}
      />
      <ExpiryField
        value={edited.expires}
        errorText={fieldError(error, 'expires')}
        onChange={(expires) => set({ expires })}
      />
      {credential.tokenLifetime !== null && (
        <LifetimeField
          value={edited.tokenLifetime}
          errorText={fieldError(error, 'tokenLifetime')}
          onChange={(tokenLifetime) => set({ tokenLifetime })}
        />
      )}
      {credential.trust && (
        <TrustFields
          form="any"
          value={edited.trust}
          errorOf={(field) => fieldError(error, `trust.${field}`)}
          onChange={(trust) => set({ trust })}
        />
      )}
    </FormDialog>
  );
}
