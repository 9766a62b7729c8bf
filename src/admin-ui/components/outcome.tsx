import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ActivityView } from '../../http/admin/messages.js';

const OUTCOMES = {
  done: ['success', 'Done'],
  refused: ['warning', 'Refused'],
  failed: ['error', 'Failed'],
} as const;

/** How a request ended, with its status code when that is given. */
export function Outcome({ value, status }: { readonly value: ActivityView['outcome']; readonly status?: number }) {
  const [type, text] = OUTCOMES[value];
  return (
    <StatusIndicator type={type}>
      {text}
      {status !== undefined && ` (${status})`}
    </StatusIndicator>
  );
}
