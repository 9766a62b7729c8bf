import type { IssuedReceiver } from '../../http/admin/messages.js';
import { SecretDialog } from '../components/secret-dialog.js';

interface Props {
  readonly issued: IssuedReceiver;
  readonly onClose: () => void;
}

/** The signing secret of a webhook, the only time that it is shown. Nothing for receivers that have none. */
export function ReceiverSecret({ issued: { receiver, secret }, onClose }: Props) {
  if (secret === null) return null;
  return (
    <SecretDialog
      title={`The signing secret of ${receiver.name}`}
      fields={[{ label: 'Signing secret', value: secret }]}
      onClose={onClose}
    >
      <p>
        Enter it at the receiver, which checks with it that a message comes from here and is whole. Libraries for
        Standard Webhooks take it as it stands.
      </p>
    </SecretDialog>
  );
}
