/** Waits for the first request of a new connection, and says what came of it. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ActivityView } from '../../http/admin/messages.js';
import { operationOf } from '../activity/wording.js';
import { ErrorBox } from '../components/error-box.js';
import { Outcome } from '../components/outcome.js';
import { Sentence } from '../components/sentence.js';
import { Time } from '../components/time.js';
import { paths } from '../paths.js';
import { useWatch } from './use-watch.js';
import { type Verdict, verdictOf } from './watch.js';

interface Props {
  readonly tenant: string;
  readonly credential: string;
  /** The newest request from before. */
  readonly after: number;
  /** What to press on the other side. */
  readonly hint: string;
}

export function TestPanel({ tenant, credential, after, hint }: Props) {
  const { rows, isRunning, error, start, pause } = useWatch(tenant, after);
  const verdict = verdictOf(rows, credential);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Every request to this tenant appears here as it comes."
          actions={
            isRunning ? (
              <Button iconName="pause" onClick={pause}>
                Pause
              </Button>
            ) : (
              <Button iconName="play" onClick={start}>
                Go on
              </Button>
            )
          }
        >
          Test the connection
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Box variant="p">{hint}</Box>
        <VerdictBox verdict={verdict} isRunning={isRunning} tenant={tenant} />
        <ErrorBox error={error} />
        {rows.length > 0 && (
          <ol className="arrivals" aria-label="Requests, newest first">
            {rows.map((row) => (
              <Arrival key={row.sequence} row={row} isOwn={row.credential?.id === credential} tenant={tenant} />
            ))}
          </ol>
        )}
      </SpaceBetween>
    </Container>
  );
}

interface VerdictProps {
  readonly verdict: Verdict;
  readonly isRunning: boolean;
  readonly tenant: string;
}

function VerdictBox({ verdict, isRunning, tenant }: VerdictProps) {
  if (verdict === 'connected') {
    return (
      <Alert
        type="success"
        header="It is connected"
        action={<Button href={paths.activity(tenant)}>See activity</Button>}
      >
        A request came with this credential, and was done. Start provisioning on the other side; users and groups appear
        here as they come.
      </Alert>
    );
  }
  if (verdict === 'refused') {
    return (
      <Alert type="warning" header="A request came, and was not done">
        What to do about it stands beside it, below. Try again on the other side when it is mended.
      </Alert>
    );
  }
  const text = {
    true: { waiting: 'Waiting for the first request', other: 'Requests come, and none with this credential yet' },
    false: { waiting: 'Paused: no request has come', other: 'Paused: no request has come with this credential' },
  }[`${isRunning}`][verdict];
  return <StatusIndicator type={isRunning ? 'in-progress' : 'stopped'}>{text}</StatusIndicator>;
}

interface ArrivalProps {
  readonly row: ActivityView;
  readonly isOwn: boolean;
  readonly tenant: string;
}

function Arrival({ row, isOwn, tenant }: ArrivalProps) {
  const who = isOwn ? 'this credential' : (row.credential?.name ?? 'no valid credential');
  return (
    <li>
      <SpaceBetween size="xxs">
        <SpaceBetween direction="horizontal" size="s">
          <Outcome value={row.outcome} status={row.status} />
          <Link href={paths.activity(tenant, { request: row.requestId })}>{operationOf(row)}</Link>
          <Box color="text-body-secondary">
            with {who}, <Time value={row.time} />
          </Box>
        </SpaceBetween>
        {row.refusal && (
          <Box>
            <Sentence text={row.refusal.detail} />
          </Box>
        )}
        {row.advice !== null && (
          <Box>
            <strong>What to do:</strong> <Sentence text={row.advice} />
          </Box>
        )}
      </SpaceBetween>
    </li>
  );
}
