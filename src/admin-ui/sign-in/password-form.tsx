import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SessionView } from '../../http/admin/messages.js';
import { api } from '../api.js';
import { ErrorBox } from '../components/error-box.js';
import { beginSession } from '../queries.js';

/** Signing in fills the session; the page that shows this goes on then. */
export function PasswordForm() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isIncomplete, setIncomplete] = useState(false);
  const passwordInput = useRef<InputProps.Ref>(null);
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<SessionView>('/session', { email: email.trim(), password }),
    onSuccess: (session) => {
      setPassword('');
      beginSession(client, session);
    },
    onError: () => {
      setPassword('');
      passwordInput.current?.focus();
    },
  });
  const submit = () => {
    const isMissing = email.trim() === '' || password === '';
    setIncomplete(isMissing);
    if (!isPending && !isMissing) mutate();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <SpaceBetween size="m">
        <ErrorBox error={error} />
        <FormField label="Email" errorText={isIncomplete && email.trim() === '' && 'Enter your email address'}>
          <Input
            type="email"
            inputMode="email"
            autoComplete="username"
            value={email}
            onChange={({ detail }) => setEmail(detail.value)}
          />
        </FormField>
        <FormField label="Password" errorText={isIncomplete && password === '' && 'Enter your password'}>
          <Input
            ref={passwordInput}
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={({ detail }) => setPassword(detail.value)}
          />
        </FormField>
        <Button variant="primary" formAction="submit" loading={isPending} fullWidth>
          Sign in
        </Button>
      </SpaceBetween>
    </form>
  );
}
