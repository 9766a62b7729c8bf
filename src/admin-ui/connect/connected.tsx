/** After a credential was made: what to enter where, the secret once, and whether it works. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useRef } from 'react';
import { useBlocker } from 'react-router';
import type { IssuedCredential } from '../../http/admin/messages.js';
import { DialogFooter } from '../components/dialog-footer.js';
import { paths } from '../paths.js';
import { FieldsBox } from './fields-box.js';
import type { Provider, Way } from './model.js';
import { TestPanel } from './test-panel.js';

interface Props {
  readonly tenant: string;
  readonly provider: Provider;
  readonly way: Way;
  readonly issued: IssuedCredential;
  /** The secret was copied: forget it. */
  readonly onCopied: () => void;
  readonly onAnother: () => void;
}

export function Connected({ tenant, provider, way, issued, onCopied, onAnother }: Props) {
  const { credential, connection, secret } = issued;
  const place = useFocusOnHeading();
  return (
    <div ref={place}>
      <SpaceBetween size="l">
        <FieldsBox title={`What to enter for ${provider.name}`} way={way} made={issued}>
          {secret !== null && (
            <Alert
              type="warning"
              header="The secret is shown once"
              action={<Button onClick={onCopied}>I have copied it</Button>}
            >
              Enter it on the other side now. Nobody can look it up later; it can only be replaced.
            </Alert>
          )}
        </FieldsBox>
        <TestPanel tenant={tenant} credential={credential.id} after={connection.newest} hint={way.test} />
        <Box>
          <SpaceBetween direction="horizontal" size="xs">
            <Button href={paths.credential(tenant, credential.id)}>See the credential</Button>
            <Button onClick={onAnother}>Connect another</Button>
          </SpaceBetween>
        </Box>
        {secret !== null && <LeaveGuard />}
      </SpaceBetween>
    </div>
  );
}

/** The form that had focus is gone. */
function useFocusOnHeading() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const heading = place.current?.querySelector('h2');
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, []);
  return place;
}

/** Whoever leaves with a secret that was not copied has to make another one, so this asks. */
function LeaveGuard() {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  if (blocker.state !== 'blocked') return null;
  return (
    <Modal
      visible
      header="Have you copied the secret?"
      closeAriaLabel="Stay"
      onDismiss={() => blocker.reset()}
      footer={
        <DialogFooter onCancel={() => blocker.reset()}>
          <Button variant="primary" onClick={() => blocker.proceed()}>
            Leave
          </Button>
        </DialogFooter>
      }
    >
      It cannot be shown again once you leave this page.
    </Modal>
  );
}
