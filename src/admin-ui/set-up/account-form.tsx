/** Email, name and password of whoever was invited. A password link asks for the password alone. */
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { AcceptInvitation, InvitationView, SessionView } from '../../http/admin/messages.js';
import { api } from '../api.js';
import { ErrorBox, fieldError } from '../components/error-box.js';
import { NewPasswordField } from '../components/new-password-field.js';
import { paths } from '../paths.js';
import { beginSession } from '../queries.js';
import { passwordMistake } from './password-rule.js';
import { forgetToken } from './token.js';

interface Props {
  readonly token: string;
  readonly invitation: InvitationView;
}

function useAccept() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (person: AcceptInvitation) => api.post<SessionView>('/invitation/accept', person),
    onSuccess: (session) => {
      forgetToken();
      beginSession(client, session);
      void navigate(paths.home, { replace: true });
    },
  });
}

/** What is missing or wrong, by field, as far as the page can tell. */
function mistakesOf({ email, name, password }: AcceptInvitation, isReset: boolean) {
  return {
    email: email.trim() === '' ? 'Enter your email address' : '',
    name: name.trim() === '' && !isReset ? 'Enter your name' : '',
    password: passwordMistake(password, email),
  };
}

export function AccountForm({ token, invitation: { email, isReset } }: Props) {
  const [person, setPerson] = useState<AcceptInvitation>({ token, email: email ?? '', name: '', password: '' });
  const [wasSent, setSent] = useState(false);
  const { mutate, isPending, error } = useAccept();
  const mistakes = mistakesOf(person, isReset);
  const submit = () => {
    setSent(true);
    if (!isPending && Object.values(mistakes).every((mistake) => mistake === '')) mutate(person);
  };
  return (
    <Container>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="m">
          <ErrorBox error={error} fields={['email', 'name', 'password']} />
          <PersonFields
            person={person}
            isEmailGiven={email !== null}
            isReset={isReset}
            errorOf={(field) => (wasSent && mistakes[field]) || fieldError(error, field)}
            onChange={(change) => setPerson((before) => ({ ...before, ...change }))}
          />
          <Button variant="primary" formAction="submit" loading={isPending} fullWidth>
            {isReset ? 'Set the password' : 'Create the account'}
          </Button>
        </SpaceBetween>
      </form>
    </Container>
  );
}

interface FieldsProps {
  readonly person: AcceptInvitation;
  readonly isEmailGiven: boolean;
  readonly isReset: boolean;
  readonly errorOf: (field: 'email' | 'name' | 'password') => string;
  readonly onChange: (change: Partial<AcceptInvitation>) => void;
}

function PersonFields({ person, isEmailGiven, isReset, errorOf, onChange }: FieldsProps) {
  return (
    <SpaceBetween size="m">
      <FormField label="Email" errorText={errorOf('email')}>
        <Input
          type="email"
          inputMode="email"
          autoComplete="username"
          readOnly={isEmailGiven}
          value={person.email}
          onChange={({ detail }) => onChange({ email: detail.value })}
        />
      </FormField>
      {!isReset && (
        <FormField label="Name" description="As others will see it" errorText={errorOf('name')}>
          <Input autoComplete="name" value={person.name} onChange={({ detail }) => onChange({ name: detail.value })} />
        </FormField>
      )}
      <NewPasswordField
        value={person.password}
        errorText={errorOf('password')}
        onChange={(password) => onChange({ password })}
      />
    </SpaceBetween>
  );
}
