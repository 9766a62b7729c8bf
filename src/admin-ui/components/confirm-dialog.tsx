/** Asks before something is done that hurts: what will happen, and for the worst the name typed once more. */
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { DialogFooter } from './dialog-footer.js';
import { ErrorBox } from './error-box.js';
import { FocusFirstField } from './focus-first-field.js';

interface Props {
  /** The question: “Revoke Entra production?” */
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  /** What the button says: “Revoke”. */
  readonly action: string;
  /** What must be typed before the button works. */
  readonly typed?: string;
  /** Does it. When it fails the error is shown and the dialog stays. */
  readonly onConfirm: () => Promise<unknown>;
  /** Called when it was done too, so the caller just takes the dialog away. */
  readonly onClose: () => void;
}

/** Mount it to open it: `{isAsking && <ConfirmDialog … />}`. */
export function ConfirmDialog({ title, children, action, typed, onConfirm, onClose }: Props) {
  const [text, setText] = useState('');
  const { mutate, isPending, error } = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  const isReady = typed === undefined || text.trim() === typed;
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <DialogFooter onCancel={onClose}>
          <Button variant="primary" disabled={!isReady} loading={isPending} onClick={() => mutate()}>
            {action}
          </Button>
        </DialogFooter>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !isPending) mutate();
        }}
      >
        <FocusFirstField />
        <SpaceBetween size="m">
          {children}
          {typed !== undefined && (
            <FormField label={`Type “${typed}” to confirm`}>
              <Input
                value={text}
                onChange={({ detail }) => setText(detail.value)}
                autoComplete={false}
                spellcheck={false}
              />
            </FormField>
          )}
          <ErrorBox error={error} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
