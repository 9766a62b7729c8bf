/** What can be done with a credential: rotate, edit, revoke. */
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { CredentialView, IssuedCredential } from '../../http/admin/messages.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { RotateDialog } from '../components/rotate-dialog.js';
import { SecretDialog } from '../components/secret-dialog.js';
import { Time } from '../components/time.js';
import { fillFields } from '../connect/fields.js';
import { wayOf } from '../connect/providers.js';
import { useNotify } from '../shell/notices.js';
import { useCan } from '../shell/session.js';
import { useCredentialChange } from './changes.js';
import { EditDialog } from './edit-dialog.js';

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
}

export function CredentialActions({ tenant, credential }: Props) {
  const [asking, setAsking] = useState<'rotate' | 'edit' | 'revoke'>();
  // The new secret is here and nowhere else, until the dialog is closed.
  const [issued, setIssued] = useState<IssuedCredential>();
  const { rotate } = useCredentialChange(tenant, credential.id);
  const can = useCan();
  const close = () => setAsking(undefined);
  if (!can('credentials.write')) return null;
  const rotateNow = async (overlapHours: number) => {
    setIssued(await rotate(overlapHours));
    close();
  };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setAsking('edit')}>Edit</Button>
      <Button onClick={() => setAsking('revoke')}>Revoke</Button>
      {credential.kind !== 'federation' && (
        <Button variant="primary" onClick={() => setAsking('rotate')}>
          Rotate
        </Button>
      )}
      {asking === 'rotate' && (
        <RotateDialog title={`Rotate ${credential.name}`} onRotate={rotateNow} onClose={close}>
          A new secret is made and shown once. Until the old one ends both are good, so that there is time to enter the
          new one on the other side.
        </RotateDialog>
      )}
      {asking === 'edit' && <EditDialog tenant={tenant} credential={credential} onClose={close} />}
      {asking === 'revoke' && <RevokeDialog tenant={tenant} credential={credential} onClose={close} />}
      {issued && <NewSecret issued={issued} onClose={() => setIssued(undefined)} />}
    </SpaceBetween>
  );
}

function RevokeDialog({ tenant, credential, onClose }: Props & { readonly onClose: () => void }) {
  const { revoke } = useCredentialChange(tenant, credential.id);
  const notify = useNotify();
  const { name, lastUsed } = credential;
  const confirm = async () => {
    await revoke();
    notify({ type: 'success', content: `${name} was revoked: it is refused from now on.` });
  };
  return (
    <ConfirmDialog title={`Revoke ${name}?`} action="Revoke" typed={name} onConfirm={confirm} onClose={onClose}>
      <p>
        Every request with it is refused from now on, tokens that were issued for it included. This cannot be undone:
        its client needs another credential.
      </p>
      <p>
        It was last used: <Time value={lastUsed} empty="never" />.
      </p>
    </ConfirmDialog>
  );
}

interface NewSecretProps {
  readonly issued: IssuedCredential;
  readonly onClose: () => void;
}

function NewSecret({ issued, onClose }: NewSecretProps) {
  const { kind } = issued.credential;
  const fields = fillFields(wayOf(kind).fields, issued).filter(({ isSecret }) => isSecret);
  return (
    <SecretDialog
      title={`The new secret of ${issued.credential.name}`}
      fields={fields.map(({ label, value = '' }) => ({ label, value }))}
      onClose={onClose}
    >
      <p>Enter it on the other side in place of the old one. Nothing else changes there.</p>
    </SecretDialog>
  );
}
