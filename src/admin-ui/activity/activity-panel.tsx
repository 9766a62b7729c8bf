import { useQuery } from '@tanstack/react-query';
import type { ActivityView } from '../../http/admin/messages.js';
import { ErrorBox } from '../components/error-box.js';
import { Wait } from '../components/wait.js';
import { Panel } from '../shell/panel.js';
import { ActivityDetails } from './activity-details.js';
import { activityQueries, type Scope } from './queries.js';
import { operationOf } from './wording.js';

interface Props {
  readonly scope: Scope;
  readonly requestId: string;
  /** Those of the list, which has all but the changes. */
  readonly rows: readonly ActivityView[];
  readonly onClose: () => void;
}

/** The details of a request beside the list. A link may name one that the list does not have. */
export function ActivityPanel({ scope, requestId, rows, onClose }: Props) {
  const detail = useQuery({ ...activityQueries.detail(scope ?? '', requestId), enabled: scope !== undefined });
  const entry = detail.data?.activity ?? rows.find((row) => row.requestId === requestId);
  return (
    <Panel header={entry ? operationOf(entry) : 'Request'} onClose={onClose}>
      {entry ? (
        <ActivityDetails scope={scope} entry={entry} changes={detail.data?.changes} />
      ) : detail.error ? null : scope === undefined ? (
        <p>This request is not on the page any more.</p>
      ) : (
        <Wait what="the request" />
      )}
      {detail.error && <ErrorBox error={detail.error} onRetry={() => detail.refetch()} />}
    </Panel>
  );
}
