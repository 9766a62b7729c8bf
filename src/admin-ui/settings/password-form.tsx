import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { ErrorBox, fieldError } from '../components/error-box.js';
import { type PasswordText, passwordMistakes, SHORTEST } from './password.js';
import { useAccountChange } from './use-account-change.js';

const NOTHING: PasswordText = { current: '', next: '', again: '' };

/** `email`: for the browser, which keeps the new password under it. */
export function PasswordForm({ email }: { readonly email: string }) {
  const [text, setText] = useState(NOTHING);
  const [isTried, setTried] = useState(false);
  const { mutate, isPending, error } = useAccountChange(
    'Your password was changed. Your other sessions were ended.',
    () => {
      setText(NOTHING);
      setTried(false);
    },
  );
  const mistakes = isTried ? passwordMistakes(text) : {};
  const submit = () => {
    setTried(true);
    const isReady = Object.keys(passwordMistakes(text)).length === 0;
    if (isReady && !isPending) mutate({ password: { current: text.current, next: text.next } });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <input type="hidden" name="username" autoComplete="username" value={email} />
      <Container header={<Header variant="h2">Password</Header>}>
        <Form
          actions={
            <Button formAction="submit" loading={isPending}>
              Change the password
            </Button>
          }
        >
          <PasswordFields text={text} mistakes={mistakes} error={error} onChange={setText} />
        </Form>
      </Container>
    </form>
  );
}

interface FieldsProps {
  readonly text: PasswordText;
  readonly mistakes: ReturnType<typeof passwordMistakes>;
  /** Of the last attempt. */
  readonly error: unknown;
  readonly onChange: (text: PasswordText) => void;
}

function PasswordFields({ text, mistakes, error, onChange }: FieldsProps) {
  const field = (name: keyof PasswordText, autoComplete: string) => (
    <Input
      type="password"
      value={text[name]}
      autoComplete={autoComplete}
      onChange={({ detail }) => onChange({ ...text, [name]: detail.value })}
    />
  );
  return (
    <SpaceBetween size="m">
      <FormField label="Present password" errorText={mistakes.current || fieldError(error, 'password.current')}>
        {field('current', 'current-password')}
      </FormField>
      <FormField
        label="New password"
        constraintText={`At least ${SHORTEST} characters, and not one that many people use.`}
        errorText={mistakes.next || fieldError(error, 'password.next')}
      >
        {field('next', 'new-password')}
      </FormField>
      <FormField label="New password again" errorText={mistakes.again}>
        {field('again', 'new-password')}
      </FormField>
      <ErrorBox error={error} fields={['password.current', 'password.next']} />
    </SpaceBetween>
  );
}
