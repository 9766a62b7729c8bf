/** The secrets of a credential, of which there are two while one is being replaced. */
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { CredentialView, KeyView } from '../../http/admin/messages.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { Time } from '../components/time.js';
import { useCan } from '../shell/session.js';
import { useCredentialChange } from './changes.js';

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
}

const STATES = {
  active: ['success', 'In use'],
  ending: ['pending', 'Ends soon'],
  ended: ['stopped', 'Ended'],
} as const;

function nameOf({ hint }: KeyView): string {
  return hint === null ? 'Secret' : `Secret that ends in ${hint}`;
}

function columnsFor(onEnd: ((key: KeyView) => void) | undefined): TableProps.ColumnDefinition<KeyView>[] {
  return [
    { id: 'hint', header: 'Secret', isRowHeader: true, minWidth: 120, cell: nameOf },
    {
      id: 'state',
      header: 'State',
      minWidth: 110,
      cell: ({ state }) => <StatusIndicator type={STATES[state][0]}>{STATES[state][1]}</StatusIndicator>,
    },
    { id: 'created', header: 'Made', cell: ({ created }) => <Time value={created} /> },
    { id: 'expires', header: 'Ends', cell: ({ expires }) => <Time value={expires} empty="with the credential" /> },
    {
      id: 'end',
      header: 'Action',
      cell: (key) =>
        onEnd && key.state === 'ending' ? (
          <Button variant="inline-link" ariaLabel={`End now: ${nameOf(key)}`} onClick={() => onEnd(key)}>
            End now
          </Button>
        ) : (
          '–'
        ),
    },
  ];
}

export function KeysBox({ tenant, credential }: Props) {
  const [ending, setEnding] = useState<KeyView>();
  const can = useCan();
  const change = useCredentialChange(tenant, credential.id);
  if (credential.keys.length === 0) return null;
  const mayEnd = can('credentials.write') && credential.state !== 'revoked';
  return (
    <>
      <Table
        variant="container"
        items={credential.keys}
        trackBy="id"
        wrapLines
        ariaLabels={{ tableLabel: 'Secrets of this credential' }}
        header={
          <Header variant="h2" description="Rotating makes a second one; both work until the old one ends.">
            Secrets
          </Header>
        }
        columnDefinitions={columnsFor(mayEnd ? setEnding : undefined)}
      />
      {ending && (
        <ConfirmDialog
          title="End the old secret now?"
          action="End it"
          onConfirm={() => change.endKey(ending.id)}
          onClose={() => setEnding(undefined)}
        >
          <p>
            {nameOf(ending)} stops working at once. Whoever still uses it is refused, so make sure that the new one has
            been entered on the other side.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
