/** What is known of a way to connect. */
import type { CredentialView } from '../../http/admin/messages.js';

/** What we have that a field of the other side’s form asks for. */
export type Source = 'scimUrl' | 'tokenEndpoint' | 'metadata' | 'identifier' | 'scopes' | 'secret';

/** One field of the other side’s form: filled from what was made, or with a text that is always the same. */
export interface FieldPlan {
  readonly label: string;
  readonly from?: Source;
  /** What to type or to choose there. */
  readonly text?: string;
  readonly hint?: string;
}

/** Which questions are asked for a credential of kind `federation`. */
export type TrustForm = 'entra-token' | 'entra-workload' | 'any';

/** One way of connecting. */
export interface Way {
  readonly id: string;
  readonly kind: CredentialView['kind'];
  readonly label: string;
  /** When it is the right one. */
  readonly description: string;
  /** How to get to the form. */
  readonly place: readonly string[];
  readonly fields: readonly FieldPlan[];
  /** What to press there, and what should come. */
  readonly test: string;
  readonly trust?: TrustForm;
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The profile that understands it. */
  readonly profile: string;
  /** The recommended one first. */
  readonly ways: readonly Way[];
}
