/** The fields of a receiver, as its kind has them. */
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { fieldError } from '../components/error-box.js';
import type { ReceiverDraft } from './receiver-draft.js';
import { EVENT_WORDS } from './words.js';

interface Props {
  readonly value: ReceiverDraft;
  readonly error: unknown;
  /** Whether there is an Authorization header already. */
  readonly hasAuthorization?: boolean;
  readonly onChange: (part: Partial<ReceiverDraft>) => void;
}

/** Names of the fields that show their own errors. */
export const RECEIVER_FIELDS = ['kind', 'name', 'url', 'events', 'from', 'audience', 'authorization'];

const OPTIONS = Object.entries(EVENT_WORDS).map(([value, label]) => ({ value, label, description: value }));

export function ReceiverFields({ value, error, hasAuthorization = false, onChange }: Props) {
  const { kind, name, url, events, audience, authorization } = value;
  return (
    <SpaceBetween size="m">
      <FormField
        label="Name"
        description="What it is for: “user table of the shop”."
        errorText={fieldError(error, 'name')}
      >
        <Input value={name} autoComplete={false} onChange={({ detail }) => onChange({ name: detail.value })} />
      </FormField>
      {kind !== 'poll' && (
        <FormField label="URL" description="Where it listens. It must be https." errorText={fieldError(error, 'url')}>
          <Input
            type="url"
            value={url}
            placeholder="https://shop.example.com/events"
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => onChange({ url: detail.value })}
          />
        </FormField>
      )}
      {kind !== 'webhook' && (
        <FormField
          label="Audience"
          description="What its tokens have in “aud”: who they are for."
          errorText={fieldError(error, 'audience')}
        >
          <Input
            value={audience}
            placeholder="https://shop.example.com"
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => onChange({ audience: detail.value })}
          />
        </FormField>
      )}
      {kind === 'push' && (
        <FormField
          label="Authorization header"
          description="What it is sent to prove that it is us, such as “Bearer …”. It is never shown again."
          constraintText={hasAuthorization ? 'Leave it empty to keep the one that is there.' : 'Optional.'}
          errorText={fieldError(error, 'authorization')}
        >
          <Input
            type="password"
            value={authorization}
            autoComplete={false}
            onChange={({ detail }) => onChange({ authorization: detail.value })}
          />
        </FormField>
      )}
      <FormField label="Events" constraintText="Choose none to have all." errorText={fieldError(error, 'events')}>
        <Multiselect
          options={OPTIONS}
          selectedOptions={OPTIONS.filter((option) => events.includes(option.value))}
          placeholder={events.length === 0 ? 'All' : 'Choose'}
          deselectAriaLabel={({ label }) => `Remove ${label}`}
          tokenLimit={3}
          onChange={({ detail }) =>
            onChange({ events: detail.selectedOptions.flatMap((option) => option.value ?? []) })
          }
        />
      </FormField>
    </SpaceBetween>
  );
}
