import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import type { ReceiverView } from '../../http/admin/messages.js';
import { CopyButton } from '../components/copy-field.js';
import { Time } from '../components/time.js';
import { EVENT_WORDS, RECEIVER_WORDS } from './words.js';

type Item = KeyValuePairsProps.Item;

function Address({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="copy-field">
      <span className="monospace">{value}</span>
      <CopyButton label={label} value={value} />
    </div>
  );
}

/** Secrets that sign, of which there are two while one is being replaced. */
function Secrets({ keys }: Pick<ReceiverView, 'keys'>) {
  return (
    <ul className="plain-list">
      {keys.map(({ id, created, ends }) => (
        <li key={id}>
          made <Time value={created} />
          {ends !== null && (
            <>
              {', '}ends <Time value={ends} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function itemsOf(receiver: ReceiverView): Item[] {
  const { kind, url, pollUrl, events, audience, hasAuthorization, keys, created, createdBy } = receiver;
  const names = events?.map((event) => EVENT_WORDS[event] ?? event).join(', ');
  return [
    { label: 'Kind', value: RECEIVER_WORDS[kind].label },
    ...(url === null ? [] : [{ label: 'URL', value: <Address label="URL" value={url} /> }]),
    ...(pollUrl === null ? [] : [{ label: 'It asks at', value: <Address label="address" value={pollUrl} /> }]),
    { label: 'Events', value: names ?? 'All' },
    ...(audience === null ? [] : [{ label: 'Audience', value: <span className="monospace">{audience}</span> }]),
    ...(kind === 'push' ? [{ label: 'Authorization header', value: hasAuthorization ? 'Is sent' : 'None' }] : []),
    ...(keys.length === 0 ? [] : [{ label: 'Signing secrets', value: <Secrets keys={keys} /> }]),
    {
      label: 'Created',
      value: (
        <>
          <Time value={created} />
          {createdBy !== null && ` by ${createdBy}`}
        </>
      ),
    },
  ];
}

export function ReceiverDetails({ receiver }: { readonly receiver: ReceiverView }) {
  return (
    <Container header={<Header variant="h2">Details</Header>}>
      <KeyValuePairs columns={3} minColumnWidth={180} items={itemsOf(receiver)} />
    </Container>
  );
}
