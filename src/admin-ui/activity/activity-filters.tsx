import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../queries.js';
import { useCan } from '../shell/session.js';
import { type ActivityFilter, METHODS } from './filter.js';
import type { Scope } from './queries.js';

interface Props {
  readonly scope: Scope;
  readonly filter: ActivityFilter;
  readonly onChange: (filter: ActivityFilter) => void;
}

const OUTCOMES = [
  { value: '', label: 'All' },
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
  { value: 'failed', label: 'Failed' },
];

export function ActivityFilters({ scope, filter, onChange }: Props) {
  return (
    <Container>
      <ColumnLayout columns={4} minColumnWidth={160}>
        <FormField label="Outcome">
          <Choice options={OUTCOMES} value={filter.outcome} onChange={(outcome) => onChange({ ...filter, outcome })} />
        </FormField>
        {scope !== undefined && <CredentialFilter tenant={scope} filter={filter} onChange={onChange} />}
        <FormField label="Method">
          <Choice
            options={[{ value: '', label: 'All' }, ...METHODS.map((value) => ({ value, label: value }))]}
            value={filter.method}
            onChange={(method) => onChange({ ...filter, method })}
          />
        </FormField>
        {scope !== undefined && (
          <ResourceFilter
            value={filter.resource}
            onChange={(resource) => resource !== filter.resource && onChange({ ...filter, resource })}
          />
        )}
      </ColumnLayout>
    </Container>
  );
}

interface ChoiceProps {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Choice({ options, value, onChange }: ChoiceProps) {
  return (
    <Select
      options={options}
      selectedOption={options.find((option) => option.value === value) ?? { value, label: value }}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
    />
  );
}

/** Who may not see credentials still sees the one that a link has chosen, by its id. */
function CredentialFilter({ tenant, filter, onChange }: Omit<Props, 'scope'> & { readonly tenant: string }) {
  const can = useCan();
  const credentials = useQuery({ ...queries.credentials(tenant), enabled: can('credentials.read') });
  const known = credentials.data?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  return (
    <FormField label="Credential">
      <Choice
        options={[{ value: '', label: 'All' }, ...known]}
        value={filter.credential}
        onChange={(credential) => onChange({ ...filter, credential })}
      />
    </FormField>
  );
}

/** Taken over with Enter, and when the field is left. */
function ResourceFilter({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  return (
    <FormField label="Id of a resource">
      <Input
        type="search"
        value={text}
        placeholder="User or group"
        spellcheck={false}
        autoComplete={false}
        clearAriaLabel="Clear the id"
        onChange={({ detail }) => {
          setText(detail.value);
          if (detail.value === '') onChange('');
        }}
        onKeyDown={({ detail }) => detail.key === 'Enter' && onChange(text.trim())}
        onBlur={() => onChange(text.trim())}
      />
    </FormField>
  );
}
