import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';

interface Props {
  /** Hours, as text. */
  readonly value: string;
  readonly errorText: string;
  readonly onChange: (hours: string) => void;
}

const OVERLAPS = [
  { value: '0', label: 'None: the old one stops now' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '24 hours' },
  { value: '168', label: '7 days' },
  { value: '720', label: '30 days' },
];

/** How long an old secret and a new one are both good. */
export function OverlapField({ value, errorText, onChange }: Props) {
  return (
    <FormField
      label="How long is the old one still good?"
      description="Choose none when the old one may be known to somebody else."
      errorText={errorText}
    >
      <Select
        selectedOption={OVERLAPS.find((overlap) => overlap.value === value) ?? null}
        options={OVERLAPS}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? '24')}
      />
    </FormField>
  );
}
