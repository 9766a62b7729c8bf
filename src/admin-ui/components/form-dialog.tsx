/** A small form over the page: fields, one button that sends them, errors where they belong. */
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import Modal, { type ModalProps } from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useId } from 'react';
import { DialogFooter } from './dialog-footer.js';
import { ErrorBox } from './error-box.js';
import { FocusFirstField } from './focus-first-field.js';

interface Props {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly isPending: boolean;
  /** Of the last attempt; null before. */
  readonly error: unknown;
  /** Names of the fields that show their own errors (`fieldError`). */
  readonly fields: readonly string[];
  readonly size?: ModalProps.Size;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Mount it to open it. Enter in a field sends it. */
export function FormDialog({ title, action, isPending, error, fields, size, onSubmit, onClose, children }: Props) {
  const id = useId();
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      {...(size && { size })}
      footer={
        <DialogFooter onCancel={onClose}>
          <Button variant="primary" formAction="submit" form={id} loading={isPending}>
            {action}
          </Button>
        </DialogFooter>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isPending) onSubmit();
        }}
      >
        <FocusFirstField />
        <Form>
          <SpaceBetween size="m">
            {children}
            <ErrorBox error={error} fields={fields} />
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
