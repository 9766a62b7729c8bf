/** Until when something is good. */
import DatePicker from '@cloudscape-design/components/date-picker';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

interface Props {
  /** As the API takes it: `365d`, a date, an instant; null: never. */
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly errorText?: string;
  readonly description?: ReactNode;
}

const LENGTHS = [
  { value: '90d', label: '90 days' },
  { value: '180d', label: '180 days' },
  { value: '365d', label: '1 year' },
  { value: '730d', label: '2 years' },
  { value: '1095d', label: '3 years' },
];
const DATE = { value: 'date', label: 'On a date' };
const NEVER = { value: 'never', label: 'Never' };
const OPTIONS = [...LENGTHS, DATE, NEVER];

export function ExpiryField({ value, onChange, errorText = '', description }: Props) {
  const chosen = value === null ? NEVER : (LENGTHS.find((length) => length.value === value) ?? DATE);
  const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  return (
    <FormField label="Expires" description={description} errorText={errorText}>
      <SpaceBetween direction="horizontal" size="xs">
        <Select
          selectedOption={chosen}
          options={OPTIONS}
          onChange={({ detail: { selectedOption } }) =>
            onChange(
              selectedOption.value === 'never'
                ? null
                : selectedOption.value === 'date'
                  ? tomorrow()
                  : (selectedOption.value ?? null),
            )
          }
        />
        {chosen === DATE && (
          <DatePicker
            value={value?.slice(0, 10) ?? ''}
            locale="en-GB"
            format="iso"
            ariaLabel="Date of expiry, at its beginning in UTC"
            openCalendarAriaLabel={(date) => `Choose a date${date === null ? '' : `, ${date} is chosen`}`}
            isDateEnabled={(date) => date.getTime() > Date.now()}
            onChange={({ detail }) => onChange(detail.value)}
          />
        )}
      </SpaceBetween>
    </FormField>
  );
}
