import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { CredentialView } from '../../http/admin/messages.js';

const STATES = {
  active: ['success', 'Active'],
  expiring: ['warning', 'Expires soon'],
  expired: ['error', 'Expired'],
  revoked: ['stopped', 'Revoked'],
} as const;

export function State({ value }: { readonly value: CredentialView['state'] }) {
  const [type, text] = STATES[value];
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

/** Whether anything can still be changed about it. */
export function isUsable({ state }: CredentialView): boolean {
  return state !== 'revoked';
}
