/** What a credential may do. */
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { SCOPE_WORDS } from './words.js';

interface Props {
  readonly value: readonly string[];
  readonly onChange: (scopes: readonly string[]) => void;
  readonly errorText?: string;
}

export function ScopesField({ value, onChange, errorText = '' }: Props) {
  return (
    <FormField label="May" errorText={errorText} description="Identity providers need the first two.">
      <SpaceBetween size="xs">
        {Object.entries(SCOPE_WORDS).map(([scope, { label, description }]) => (
          <Checkbox
            key={scope}
            checked={value.includes(scope)}
            description={description}
            onChange={({ detail }) =>
              onChange(detail.checked ? [...value, scope] : value.filter((other) => other !== scope))
            }
          >
            {label}
          </Checkbox>
        ))}
      </SpaceBetween>
    </FormField>
  );
}
