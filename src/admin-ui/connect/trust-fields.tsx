/** Which tokens of which issuer are trusted. */
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import type { TrustForm } from './model.js';
import type { TrustDraft } from './trust.js';

interface Props {
  readonly form: TrustForm;
  readonly value: TrustDraft;
  readonly onChange: (value: TrustDraft) => void;
  readonly errorOf: (field: keyof TrustDraft) => string;
}

interface Question {
  readonly field: keyof TrustDraft;
  readonly label: string;
  readonly description: string;
  readonly placeholder?: string;
  readonly isOptional?: boolean;
}

const DIRECTORY: Question = {
  field: 'directory',
  label: 'Directory (tenant) ID',
  description: 'Of the customer’s Entra: on the Overview page of Microsoft Entra ID.',
  placeholder: '8aa4d1e2-0b6c-4f3e-9d57-3c1f0a6b2e94',
};

const QUESTIONS: Readonly<Record<TrustForm, readonly Question[]>> = {
  'entra-token': [DIRECTORY],
  'entra-workload': [
    DIRECTORY,
    {
      field: 'audiences',
      label: 'Audiences',
      description:
        'What the tokens have in “aud”: the Application ID of the app, bare and as api://…. Enter each that may come, one in a line.',
    },
    {
      field: 'subject',
      label: 'Subject',
      description: 'Object ID of the service principal that signs in: what the tokens have in “sub”.',
      isOptional: true,
    },
  ],
  any: [
    {
      field: 'issuer',
      label: 'Issuer',
      description: 'What the tokens have in “iss”, to the letter. Its keys are read from its OpenID configuration.',
      placeholder: 'https://login.example.com/',
    },
    {
      field: 'audiences',
      label: 'Audiences',
      description: 'What the tokens have in “aud”. Enter each that may come, one in a line.',
    },
    {
      field: 'subject',
      label: 'Subject',
      description: 'What the tokens of this one client have in “sub”.',
    },
    {
      field: 'directory',
      label: 'Directory',
      description: 'What the tokens have in “tid”, where the issuer has several directories.',
      isOptional: true,
    },
  ],
};

export function TrustFields({ form, value, onChange, errorOf }: Props) {
  return (
    <SpaceBetween size="m">
      {QUESTIONS[form].map(({ field, label, description, placeholder, isOptional }) => (
        <FormField
          key={field}
          label={
            <>
              {label}
              {isOptional && <i> – optional</i>}
            </>
          }
          description={description}
          errorText={errorOf(field)}
        >
          {field === 'audiences' ? (
            <Textarea
              rows={2}
              spellcheck={false}
              value={value.audiences}
              onChange={({ detail }) => onChange({ ...value, audiences: detail.value })}
            />
          ) : (
            <Input
              spellcheck={false}
              autoComplete={false}
              placeholder={placeholder ?? ''}
              value={value[field]}
              onChange={({ detail }) => onChange({ ...value, [field]: detail.value })}
            />
          )}
        </FormField>
      ))}
    </SpaceBetween>
  );
}
