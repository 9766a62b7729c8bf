import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { CredentialView, IssuedCredential } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { OverlapField } from '../components/overlap-field.js';
import { useCredentialChange } from './changes.js';

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
  readonly onRotated: (issued: IssuedCredential) => void;
  readonly onClose: () => void;
}

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
      <OverlapField value={hours} errorText={fieldError(error, 'overlapHours')} onChange={setHours} />
    </FormDialog>
  );
}
