import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import type { CredentialView, TrustView } from '../../http/admin/messages.js';
import { duration } from '../components/format.js';
import { Time } from '../components/time.js';
import { KIND_WORDS } from '../components/words.js';
import { paths } from '../paths.js';
import { useCan } from '../shell/session.js';
import { scopesText } from './columns.js';
import { State } from './state.js';

interface Props {
  readonly tenant: string;
  readonly credential: CredentialView;
}

type Item = KeyValuePairsProps.Item;

function when(isThere: boolean, label: string, value: React.ReactNode): Item[] {
  return isThere ? [{ label, value }] : [];
}

function Mono({ children }: { readonly children: React.ReactNode }) {
  return <span className="monospace">{children}</span>;
}

function trustItems({ issuer, audiences, subject, directory }: TrustView): Item[] {
  return [
    { label: 'Issuer', value: <Mono>{issuer}</Mono> },
    { label: 'Audiences', value: <Mono>{audiences.join(', ')}</Mono> },
    ...when(subject !== null, 'Subject', <Mono>{subject}</Mono>),
    ...when(directory !== null, 'Directory', <Mono>{directory}</Mono>),
  ];
}

/** Who it is at /Me. */
function UserLink({ tenant, user }: { readonly tenant: string; readonly user: string }) {
  const can = useCan();
  if (!can('directory.read')) return <Mono>{user}</Mono>;
  return <Link href={paths.resource(tenant, 'User', user)}>{user}</Link>;
}

export function DetailsBox({ tenant, credential }: Props) {
  const can = useCan();
  const { id, kind, identifier, tokenLifetime, trust, revoked, lastUsed, lastAddress, created, createdBy, user } =
    credential;
  const items: Item[] = [
    { label: 'State', value: <State value={credential.state} /> },
    { label: 'Kind', value: KIND_WORDS[kind].label },
    ...when(identifier !== null, kind === 'basic' ? 'User name' : 'Client ID', <Mono>{identifier}</Mono>),
    { label: 'May', value: scopesText(credential.scopes) },
    { label: 'Expires', value: <Time value={credential.expires} empty="never" /> },
    ...when(revoked !== null, 'Revoked', <Time value={revoked} />),
    ...when(tokenLifetime !== null, 'Access tokens live', duration((tokenLifetime ?? 0) * 1000)),
    {
      label: 'Last used',
      value: (
        <>
          <Time value={lastUsed} empty="never" />
          {lastAddress !== null && ` from ${lastAddress}`}
        </>
      ),
    },
    {
      label: 'Created',
      value: (
        <>
          <Time value={created} />
          {createdBy !== null && ` by ${createdBy}`}
        </>
      ),
    },
    ...(trust === null ? [] : trustItems(trust)),
    ...(user === null ? [] : [{ label: 'Acts as the user', value: <UserLink tenant={tenant} user={user} /> }]),
    ...when(
      can('activity.read'),
      'Requests',
      <Link href={paths.activity(tenant, { credential: id })}>See what came with it</Link>,
    ),
  ];
  return (
    <Container header={<Header variant="h2">Details</Header>}>
      <KeyValuePairs columns={4} minColumnWidth={160} items={items} />
    </Container>
  );
}
