/** Which client, which kind of credential, and what it is called. */
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { useState } from 'react';
import type { TenantView } from '../../http/admin/messages.js';
import { ErrorBox, fieldError } from '../components/error-box.js';
import { ExpiryField } from '../components/expiry-field.js';
import { LifetimeField } from '../components/lifetime-field.js';
import { ScopesField } from '../components/scopes-field.js';
import { type Draft, draftMistakes, usesTokenEndpoint, withProvider } from './draft.js';
import type { Provider } from './model.js';
import { PROVIDERS } from './providers.js';
import { TenantHints } from './tenant-hints.js';
import { TrustFields } from './trust-fields.js';

interface Props {
  readonly tenant: TenantView;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onSubmit: () => void;
}

interface PartProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

export function ConnectForm({ tenant, draft, onChange, isPending, error, onSubmit }: Props) {
  const [wasSent, setSent] = useState(false);
  const mistakes = draftMistakes(draft);
  const errorOf = (field: string) =>
    (wasSent && mistakes[field]) || fieldError(error, field) || fieldError(error, `trust.${field}`);
  const submit = () => {
    setSent(true);
    if (!isPending && Object.keys(mistakes).length === 0) onSubmit();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Form
        actions={
          <Button variant="primary" formAction="submit" loading={isPending}>
            Create the credential
          </Button>
        }
      >
        <SpaceBetween size="l">
          <ProviderBox draft={draft} onChange={onChange} />
          <WayBox draft={draft} onChange={onChange} />
          <TenantHints tenant={tenant} draft={draft} />
          <DetailsBox draft={draft} onChange={onChange} errorOf={errorOf} />
          <ErrorBox error={error} fields={SHOWN} />
        </SpaceBetween>
      </Form>
    </form>
  );
}

const SHOWN = ['name', 'scopes', 'expires', 'tokenLifetime', 'issuer', 'audiences', 'subject', 'directory'].flatMap(
  (field) => [field, `trust.${field}`],
);

function ProviderBox({ draft, onChange }: PartProps) {
  return (
    <Container header={<Header variant="h2">1. What connects?</Header>}>
      <Tiles
        ariaLabel="What connects?"
        value={draft.provider.id}
        columns={4}
        items={PROVIDERS.map(({ id, name, description }) => ({ value: id, label: name, description }))}
        onChange={({ detail }) => {
          const provider = PROVIDERS.find(({ id }) => id === detail.value) as Provider;
          onChange(withProvider(draft, provider));
        }}
      />
    </Container>
  );
}

function WayBox({ draft, onChange }: PartProps) {
  const { ways } = draft.provider;
  return (
    <Container header={<Header variant="h2">2. How does it prove who it is?</Header>}>
      <Tiles
        ariaLabel="How does it prove who it is?"
        value={draft.way.id}
        columns={ways.length === 1 ? 1 : 2}
        items={ways.map(({ id, label, description }, at) => ({
          value: id,
          label: at === 0 && ways.length > 1 ? `${label} – recommended` : label,
          description,
        }))}
        onChange={({ detail }) => {
          const way = ways.find(({ id }) => id === detail.value);
          if (way) onChange({ ...draft, way });
        }}
      />
    </Container>
  );
}

function DetailsBox({ draft, onChange, errorOf }: PartProps & { readonly errorOf: (field: string) => string }) {
  return (
    <Container header={<Header variant="h2">3. Details</Header>}>
      <SpaceBetween size="m">
        <FormField
          label="Name"
          description="So that you know it again in lists and in the activity."
          errorText={errorOf('name')}
        >
          <Input
            value={draft.name}
            autoComplete={false}
            onChange={({ detail }) => onChange({ ...draft, name: detail.value })}
          />
        </FormField>
        {draft.way.trust && (
          <TrustFields
            form={draft.way.trust}
            value={draft.trust}
            errorOf={errorOf}
            onChange={(trust) => onChange({ ...draft, trust })}
          />
        )}
        <ScopesField
          value={draft.scopes}
          errorText={errorOf('scopes')}
          onChange={(scopes) => onChange({ ...draft, scopes })}
        />
        <ExpiryField
          value={draft.expires}
          errorText={errorOf('expires')}
          description="Rotate it before then: the old and the new secret overlap, so nothing stops."
          onChange={(expires) => onChange({ ...draft, expires })}
        />
        {usesTokenEndpoint(draft) && (
          <LifetimeField
            value={draft.tokenLifetime}
            errorText={errorOf('tokenLifetime')}
            onChange={(tokenLifetime) => onChange({ ...draft, tokenLifetime })}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
