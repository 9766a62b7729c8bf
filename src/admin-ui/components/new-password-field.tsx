/** A password that is being chosen: its rule, and a way to see what was typed. */
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { PASSWORD_RULE } from '../set-up/password-rule.js';

interface Props {
  readonly label?: string;
  readonly value: string;
  readonly errorText: string;
  readonly onChange: (password: string) => void;
}

export function NewPasswordField({ label = 'Password', value, errorText, onChange }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <SpaceBetween size="xs">
      <FormField label={label} constraintText={PASSWORD_RULE} errorText={errorText}>
        <Input
          type={isShown ? 'text' : 'password'}
          autoComplete="new-password"
          spellcheck={false}
          value={value}
          onChange={({ detail }) => onChange(detail.value)}
        />
      </FormField>
      <Checkbox checked={isShown} onChange={({ detail }) => setShown(detail.checked)}>
        Show the password
      </Checkbox>
    </SpaceBetween>
  );
}
