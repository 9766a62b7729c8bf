/** What can be done with a receiver: test, edit, pause, a new secret, remove. */
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { IssuedReceiver, ReceiverView } from '../../http/admin/messages.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { FormDialog } from '../components/form-dialog.js';
import { RotateDialog } from '../components/rotate-dialog.js';
import { Sentence } from '../components/sentence.js';
import { paths } from '../paths.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { useEventChanges } from './queries.js';
import { draftOf, patchOf, type ReceiverDraft } from './receiver-draft.js';
import { RECEIVER_FIELDS, ReceiverFields } from './receiver-fields.js';
import { ReceiverSecret } from './secret.js';

interface Props {
  readonly tenant: string;
  readonly receiver: ReceiverView;
}

type Closable = Props & { readonly onClose: () => void };

export function ReceiverActions({ tenant, receiver }: Props) {
  const [asking, setAsking] = useState<string>();
  // The new secret is here and nowhere else, until the dialog is closed.
  const [issued, setIssued] = useState<IssuedReceiver>();
  const { test, pause } = useActions(tenant, receiver);
  const { rotate } = useEventChanges(tenant);
  const can = useCan();
  if (!can('events.write')) return null;
  const parts = { tenant, receiver, onClose: () => setAsking(undefined) };
  const rotateNow = async (overlapHours: number) => {
    setIssued(await rotate(receiver.id, overlapHours));
    parts.onClose();
  };
  const items = [
    { id: 'edit', text: 'Edit' },
    ...(receiver.kind === 'webhook' ? [{ id: 'rotate', text: 'New signing secret' }] : []),
    { id: 'remove', text: 'Remove' },
  ];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <ButtonDropdown items={items} onItemClick={({ detail }) => setAsking(detail.id)}>
        Actions
      </ButtonDropdown>
      <Button loading={pause.isPending} onClick={() => pause.mutate()}>
        {receiver.paused === null ? 'Pause' : 'Resume'}
      </Button>
      {receiver.kind !== 'poll' && (
        <Button variant="primary" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test
        </Button>
      )}
      {asking === 'edit' && <EditDialog {...parts} />}
      {asking === 'rotate' && (
        <RotateDialog title={`A new signing secret for ${receiver.name}`} onRotate={rotateNow} onClose={parts.onClose}>
          Until the old one ends each message has two signatures, so either secret finds it genuine.
        </RotateDialog>
      )}
      {asking === 'remove' && <RemoveDialog {...parts} />}
      {issued && <ReceiverSecret issued={issued} onClose={() => setIssued(undefined)} />}
    </SpaceBetween>
  );
}

function useActions(tenant: string, { id, name, paused }: ReceiverView) {
  const changes = useEventChanges(tenant);
  const notify = useNotify();
  const failed = (error: Error) => notify({ type: 'error', content: error.message });
  const test = useMutation({
    mutationFn: () => changes.test(id),
    onSuccess: ({ isDelivered, detail }) =>
      notify({ type: isDelivered ? 'success' : 'error', content: <Sentence text={detail} /> }),
    onError: failed,
  });
  const pause = useMutation({
    mutationFn: () => changes.patch(id, { paused: paused === null }),
    onSuccess: () => notify({ type: 'success', content: `${name} is ${paused === null ? 'paused' : 'told again'}.` }),
    onError: failed,
  });
  return { test, pause };
}

function EditDialog({ tenant, receiver, onClose }: Closable) {
  const [draft, setDraft] = useState<ReceiverDraft>(draftOf(receiver));
  const changes = useEventChanges(tenant);
  const notify = useNotify();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => changes.patch(receiver.id, patchOf(receiver, draft)),
    onSuccess: ({ name }) => {
      notify({ type: 'success', content: `${name} was changed.` });
      onClose();
    },
  });
  const isChanged = Object.keys(patchOf(receiver, draft)).length > 0;
  return (
    <FormDialog
      title={`Edit ${receiver.name}`}
      action="Save"
      isPending={isPending}
      error={error}
      fields={RECEIVER_FIELDS}
      onClose={onClose}
      onSubmit={() => (isChanged ? mutate() : onClose())}
    >
      <ReceiverFields
        value={draft}
        error={error}
        hasAuthorization={receiver.hasAuthorization}
        onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
      />
    </FormDialog>
  );
}

function RemoveDialog({ tenant, receiver, onClose }: Closable) {
  const { remove } = useEventChanges(tenant);
  const navigate = useNavigate();
  const notify = useNotify();
  const { id, name } = receiver;
  const confirm = async () => {
    await remove(id);
    notify({ type: 'success', content: `${name} was removed.` });
    void navigate(paths.events(tenant));
  };
  return (
    <ConfirmDialog title={`Remove ${name}?`} action="Remove" typed={name} onConfirm={confirm} onClose={onClose}>
      It is told nothing any more. Its place in the history and what was given up go with it.
    </ConfirmDialog>
  );
}
