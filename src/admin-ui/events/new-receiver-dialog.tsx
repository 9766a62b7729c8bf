import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { IssuedReceiver } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { useEventChanges } from './queries.js';
import { EMPTY_RECEIVER, newReceiver, type ReceiverDraft } from './receiver-draft.js';
import { RECEIVER_FIELDS, ReceiverFields } from './receiver-fields.js';
import { RECEIVER_WORDS, type ReceiverKind } from './words.js';

interface Props {
  readonly tenant: string;
  readonly onMade: (issued: IssuedReceiver) => void;
  readonly onClose: () => void;
}

const KINDS = Object.entries(RECEIVER_WORDS).map(([value, words]) => ({ value, ...words }));

const BEGINNINGS = [
  { value: 'now', label: 'What happens from now on' },
  {
    value: 'start',
    label: 'Everything that ever happened',
    description: 'So that it can make a copy of the directory.',
  },
];

export function NewReceiverDialog({ tenant, onMade, onClose }: Props) {
  const [draft, setDraft] = useState<ReceiverDraft>(EMPTY_RECEIVER);
  const { create } = useEventChanges(tenant);
  const { mutate, isPending, error } = useMutation({
    // Without a result, which the client of the queries would keep.
    mutationFn: async (): Promise<void> => onMade(await create(newReceiver(draft))),
  });
  const set = (part: Partial<ReceiverDraft>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <FormDialog
      title="Add a receiver"
      action="Add"
      size="large"
      isPending={isPending}
      error={error}
      fields={RECEIVER_FIELDS}
      onClose={onClose}
      onSubmit={() => mutate()}
    >
      <FormField label="How is it told?" errorText={fieldError(error, 'kind')}>
        <RadioGroup
          value={draft.kind}
          items={KINDS}
          onChange={({ detail }) => set({ kind: detail.value as ReceiverKind })}
        />
      </FormField>
      <ReceiverFields value={draft} error={error} onChange={set} />
      <FormField label="What is it told?" errorText={fieldError(error, 'from')}>
        <RadioGroup
          value={draft.from}
          items={BEGINNINGS}
          onChange={({ detail }) => set({ from: detail.value as ReceiverDraft['from'] })}
        />
      </FormField>
    </FormDialog>
  );
}
