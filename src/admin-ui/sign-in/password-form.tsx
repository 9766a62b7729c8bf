import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SessionView } from '../../http/admin/messages.js';
import { api, setCsrf } from '../api.js';
import { ErrorBox } from '../components/error-box.js';
import { keys } from '../queries.js';

/** Signing in fills the session; the page that shows this goes on then. */
export function PasswordForm() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const passwordInput = useRef<InputProps.Ref>(null);
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.post<SessionView>('/session', { email: email.trim(), password }),
    onSuccess: (session) => {
      setPassword('');
      setCsrf(session.csrf);
      client.setQueryData(keys.session, session);
    },
    onError: () => {
      setPassword('');
      passwordInput.current?.focus();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending && email !== '' && password !== '') mutate();
      }}
    >
      <SpaceBetween size="m">
        <ErrorBox error={error} />
        <FormField label="Email">
          <Input
            type="email"
            inputMode="email"
            autoComplete="username"
            value={email}
            onChange={({ detail }) => setEmail(detail.value)}
          />
        </FormField>
        <FormField label="Password">
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
