/** Asks for a new secret beside the old one, which goes on for as long as is said. */
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { fieldError } from './error-box.js';
import { FormDialog } from './form-dialog.js';
import { OverlapField } from './overlap-field.js';

interface Props {
  readonly title: string;
  /** What having two secrets means. */
  readonly children: ReactNode;
  /** Makes the secret, and shows it. */
  readonly onRotate: (overlapHours: number) => Promise<void>;
  readonly onClose: () => void;
}

export function RotateDialog({ title, children, onRotate, onClose }: Props) {
  const [hours, setHours] = useState('24');
  // Without a result, which the client of the queries would keep.
  const { mutate, isPending, error } = useMutation({ mutationFn: () => onRotate(Number(hours)) });
  return (
    <FormDialog
      title={title}
      action="Make a new secret"
      isPending={isPending}
      error={error}
      fields={['overlapHours']}
      onClose={onClose}
      onSubmit={() => mutate()}
    >
      <p>{children}</p>
      <OverlapField value={hours} errorText={fieldError(error, 'overlapHours')} onChange={setHours} />
    </FormDialog>
  );
}
