import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { DeliveryView } from '../../http/admin/messages.js';
import { count } from '../components/format.js';
import { Small } from '../components/small.js';
import { deliveryState } from './words.js';

interface Props {
  readonly delivery: DeliveryView;
  /** Since when nothing is sent. */
  readonly paused?: string | null;
}

const STATES = {
  paused: ['stopped', 'Paused'],
  trouble: ['error', 'Failing'],
  behind: ['in-progress', 'Delivering'],
  current: ['success', 'Up to date'],
} as const;

/** How somebody who is told of events is doing. */
export function DeliveryState({ delivery, paused = null }: Props) {
  const [type, text] = STATES[deliveryState(delivery, paused)];
  return (
    <>
      <StatusIndicator type={type}>{text}</StatusIndicator>
      {delivery.behind > 0 && <Small>{count(delivery.behind, 'change')} to come</Small>}
    </>
  );
}
