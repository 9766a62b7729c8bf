/** Shows a secret the only time that it can be shown. It lives in the state of whoever mounts this, and goes with it. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { CopyField } from './copy-field.js';

interface Props {
  readonly title: string;
  readonly fields: readonly { readonly label: string; readonly value: string; readonly hint?: ReactNode }[];
  /** What to do with it. */
  readonly children?: ReactNode;
  /** Must forget the secret. */
  readonly onClose: () => void;
}

/** Nothing but its button closes it: a click beside it would lose the secret. */
export function SecretDialog({ title, fields, children, onClose }: Props) {
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close: the secret cannot be shown again"
      onDismiss={({ detail }) => detail.reason === 'closeButton' && onClose()}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            I have copied it
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">This is shown once. Copy it now: nobody can look it up later, only replace it.</Alert>
        {children}
        {fields.map((field) => (
          <CopyField key={field.label} {...field} />
        ))}
      </SpaceBetween>
    </Modal>
  );
}
