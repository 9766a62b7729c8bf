import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { CredentialView, IssuedCredential } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { useCredentialChange } from './changes.js';

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
  readonly onRotated: (issued: IssuedCredential) => void;
  readonly onClose: () => void;
}

const OVERLAPS = [
  { value: '0', label: 'None: the old one stops now' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '24 hours' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
];

export function RotateDialog({ tenant, credential, onRotated, onClose }: Props) {
  const [hours, setHours] = useState('24');
  const { rotate } = useCredentialChange(tenant, credential.id);
  const { mutate, isPending, error } = useMutation({
    // Without a result, which the client of the queries would keep.
    mutationFn: async (): Promise<void> => onRotated(await rotate(Number(hours))),
  });
  return (
    <FormDialog
      title={`Rotate ${credential.name}`}
      action="Make a new secret"
      isPending={isPending}
      error={error}
      fields={['overlapHours']}
      onClose={onClose}
      onSubmit={() => mutate()}
    >
      <p>
        A new secret is made and shown once. Until the old one ends both are good, so that there is time to enter the
        new one on the other side.
      </p>
      <FormField
        label="How long is the old one still good?"
        description="Choose none when the old one may be known to somebody else."
        errorText={fieldError(error, 'overlapHours')}
      >
        <Select
          selectedOption={OVERLAPS.find(({ value }) => value === hours) ?? null}
          options={OVERLAPS}
          onChange={({ detail }) => setHours(detail.selectedOption.value ?? '24')}
        />
      </FormField>
    </FormDialog>
  );
}
