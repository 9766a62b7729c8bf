import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ActivityView, ChangeView } from '../../http/admin/messages.js';
import { CopyButton } from '../components/copy-field.js';
import { Outcome } from '../components/outcome.js';
import { Time } from '../components/time.js';
import { Change } from '../directory/change.js';
import { operationText } from '../directory/comparison.js';
import type { Scope } from './queries.js';
import { ResourceLink } from './resource-link.js';
import { durationText, reasonLabel, reasonText } from './wording.js';

interface Props {
  readonly scope: Scope;
  readonly entry: ActivityView;
  /** Undefined: not read yet, or a request without a tenant. */
  readonly changes: readonly ChangeView[] | undefined;
}

/** All that is known of a request: what it was, why it was refused and what to do, what it needed, what it changed. */
export function ActivityDetails({ scope, entry, changes }: Props) {
  return (
    <SpaceBetween size="l">
      <Outcome value={entry.outcome} status={entry.status} />
      {entry.advice !== null && (
        <Alert type="info" header="What to do">
          {entry.advice}
        </Alert>
      )}
      {entry.refusal && <Refusal refusal={entry.refusal} />}
      <Facts scope={scope} entry={entry} />
      {entry.rules.length > 0 && <Rules rules={entry.rules} />}
      {changes && changes.length > 0 && scope !== undefined && <Changes tenant={scope} changes={changes} />}
    </SpaceBetween>
  );
}

function Refusal({ refusal }: { readonly refusal: NonNullable<ActivityView['refusal']> }) {
  const reasons = Object.entries(refusal.reason ?? {});
  return (
    <div>
      <Box variant="h3">Why it was refused</Box>
      <p className="break-anywhere">
        {refusal.detail}{' '}
        <Box variant="span" color="text-body-secondary">
          ({refusal.kind})
        </Box>
      </p>
      {reasons.length > 0 && (
        <KeyValuePairs
          columns={2}
          minColumnWidth={160}
          items={reasons.map(([name, value]) => ({
            label: reasonLabel(name),
            value: <span className="break-anywhere">{reasonText(value)}</span>,
          }))}
        />
      )}
    </div>
  );
}

function Facts({ scope, entry }: Pick<Props, 'scope' | 'entry'>) {
  const text = (value: string | null) => <span className="break-anywhere">{value ?? '–'}</span>;
  return (
    <div>
      <Box variant="h3">The request</Box>
      <KeyValuePairs
        columns={2}
        minColumnWidth={180}
        items={[
          { label: 'Method and path', value: <span className="monospace">{`${entry.method} ${entry.path}`}</span> },
          { label: 'Resource', value: <ResourceLink tenant={scope} resource={entry.resource} /> },
          { label: 'Time', value: <Time value={entry.time} exact /> },
          { label: 'Took', value: durationText(entry.milliseconds) },
          { label: 'Credential', value: text(entry.credential?.name ?? null) },
          { label: 'From', value: text(entry.address) },
          { label: 'Client', value: text(entry.agent) },
          {
            label: 'Request id',
            value: (
              <span className="copy-field">
                <span className="monospace">{entry.requestId}</span>
                <CopyButton label="the request id" value={entry.requestId} />
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}

/** Where the client departs from the RFC, and was understood anyway. */
function Rules({ rules }: { readonly rules: ActivityView['rules'] }) {
  return (
    <div>
      <Box variant="h3">Understood beyond the RFC</Box>
      <SpaceBetween size="s">
        {rules.map(({ name, description, rfc }) => (
          <div key={name}>
            <div className="monospace">{name}</div>
            <div>{description}</div>
            <Box color="text-body-secondary">{rfc}</Box>
          </div>
        ))}
      </SpaceBetween>
    </div>
  );
}

const FEW = 20;

function Changes({ tenant, changes }: { readonly tenant: string; readonly changes: readonly ChangeView[] }) {
  return (
    <div>
      <Box variant="h3">What it changed</Box>
      <SpaceBetween size="m">
        {changes.slice(0, FEW).map((change) => (
          <div key={change.sequence}>
            {operationText(change.operation)} <ResourceLink tenant={tenant} resource={change.resource} isShort />
            <Change tenant={tenant} change={change} />
          </div>
        ))}
        {changes.length > FEW && <div>And {changes.length - FEW} further resources: see the history of each.</div>}
      </SpaceBetween>
    </div>
  );
}
