/** How long the tokens live that the token endpoint gives out. */
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';

interface Props {
  /** Seconds. */
  readonly value: number;
  readonly onChange: (seconds: number) => void;
  readonly errorText?: string;
}

const OPTIONS = [1, 2, 3, 4, 5, 6].map((hours) => ({
  value: String(hours * 3600),
  label: hours === 1 ? '1 hour' : `${hours} hours`,
}));

export function LifetimeField({ value, onChange, errorText = '' }: Props) {
  const chosen = OPTIONS.find((option) => option.value === String(value)) ?? {
    value: String(value),
    label: `${value} s`,
  };
  return (
    <FormField
      label="Access tokens live"
      description="The client fetches a new one by itself. The shorter, the less is a stolen one worth."
      errorText={errorText}
    >
      <Select
        selectedOption={chosen}
        options={OPTIONS}
        onChange={({ detail }) => onChange(Number(detail.selectedOption.value))}
      />
    </FormField>
  );
}
