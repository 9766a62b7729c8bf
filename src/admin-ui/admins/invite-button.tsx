import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { IssuedInvitation, NewInvitation } from '../../http/admin/messages.js';
import { api } from '../api.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { LinkDialog } from './link-dialog.js';
import { adminQueries } from './queries.js';
import { type RoleChoice, RoleFields } from './role-fields.js';
import { tenantMistake } from './roles.js';

/** Asks whom to invite, and shows the link once. */
export function InviteButton() {
  const [isAsking, setAsking] = useState(false);
  const [link, setLink] = useState<string>();
  return (
    <>
      <Button variant="primary" onClick={() => setAsking(true)}>
        Invite
      </Button>
      {isAsking && (
        <InviteDialog
          onLink={(issued) => {
            setAsking(false);
            setLink(issued);
          }}
          onClose={() => setAsking(false)}
        />
      )}
      {link !== undefined && (
        <LinkDialog title="The invitation" link={link} onClose={() => setLink(undefined)}>
          Send this link to the person: no mail is sent from here. Whoever has it can use it, once and within 24 hours.
        </LinkDialog>
      )}
    </>
  );
}

interface Props {
  readonly onLink: (link: string) => void;
  readonly onClose: () => void;
}

function InviteDialog({ onLink, onClose }: Props) {
  const [email, setEmail] = useState('');
  const [choice, setChoice] = useState<RoleChoice>({ role: 'viewer', tenant: null });
  const [isTried, setTried] = useState(false);
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (invitation: NewInvitation) => api.post<IssuedInvitation>('/invitations', invitation),
    gcTime: 0,
    onSuccess: ({ link }) => {
      void client.invalidateQueries({ queryKey: adminQueries.key });
      onLink(link);
    },
  });
  const submit = () => {
    setTried(true);
    if (tenantMistake(choice.role, choice.tenant) === '') mutate({ email: email.trim() || null, ...choice });
  };
  return (
    <FormDialog
      title="Invite an admin"
      action="Make the link"
      isPending={isPending}
      error={error}
      fields={['email', 'role', 'tenant']}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormField
        label={
          <span>
            Email <i>– optional</i>
          </span>
        }
        description="Without one, whoever opens the link says their own."
        errorText={fieldError(error, 'email')}
      >
        <Input
          value={email}
          type="email"
          inputMode="email"
          autoComplete={false}
          onChange={({ detail }) => setEmail(detail.value)}
        />
      </FormField>
      <RoleFields value={choice} onChange={setChoice} error={error} isTried={isTried} />
    </FormDialog>
  );
}
