import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { ErrorBox, fieldError } from '../components/error-box.js';
import { useAccountChange } from './use-account-change.js';

export function NameForm({ name }: { readonly name: string }) {
  const [text, setText] = useState(name);
  const { mutate, isPending, error } = useAccountChange('Your name was changed.', () => {});
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isPending) mutate({ name: text.trim() });
      }}
    >
      <Container header={<Header variant="h2">Name</Header>}>
        <Form
          actions={
            <Button formAction="submit" loading={isPending} disabled={text.trim() === name || text.trim() === ''}>
              Save the name
            </Button>
          }
        >
          <FormField label="Name" errorText={fieldError(error, 'name')}>
            <Input value={text} autoComplete="name" onChange={({ detail }) => setText(detail.value)} />
          </FormField>
          <ErrorBox error={error} fields={['name']} />
        </Form>
      </Container>
    </form>
  );
}
