/** Fills the fields of the other side’s form. Pure. */
import type { Connection, CredentialView } from '../../http/admin/messages.js';
import type { FieldPlan } from './model.js';

/** What was made. `secret` is null for federation, and when it has been shown already. */
export interface Made {
  readonly credential: Pick<CredentialView, 'identifier' | 'scopes'>;
  readonly secret: string | null;
  readonly connection: Pick<Connection, 'scimUrl' | 'tokenEndpoint' | 'metadata'>;
}

export interface FilledField {
  readonly label: string;
  /** Undefined: a secret that can no longer be shown. Empty: to be left empty. */
  readonly value: string | undefined;
  readonly isSecret: boolean;
  /** False: nothing to copy, but something to choose there. */
  readonly isCopied: boolean;
  readonly hint: string | undefined;
}

function filling({ from, text }: FieldPlan, { credential, secret, connection }: Made): string | undefined {
  if (from === undefined) return text ?? '';
  if (from === 'secret') return secret ?? undefined;
  if (from === 'identifier') return credential.identifier ?? '';
  if (from === 'scopes') return credential.scopes.join(' ');
  return connection[from];
}

/** In the order of the form. A field for an identifier that there is none of is left out. */
export function fillFields(plan: readonly FieldPlan[], made: Made): FilledField[] {
  const filled = plan.map((field) => ({
    label: field.label,
    value: filling(field, made),
    isSecret: field.from === 'secret',
    isCopied: field.from !== undefined || (field.text ?? '').includes(':'),
    hint: field.hint,
  }));
  return filled.filter(({ value }, at) => plan[at]?.from !== 'identifier' || value !== '');
}

/** Why identity providers in the cloud cannot use an address; undefined when nothing speaks against it. */
export function addressWarning(url: string): string | undefined {
  const { protocol, hostname } = new URL(url);
  const isNear = /^(?:localhost|127\.|10\.|192\.168\.|\[::1\]|172\.(?:1[6-9]|2\d|3[01])\.)/.test(hostname);
  const setting = 'Open this page by the public address of the server, or set its public URL (see Settings).';
  if (isNear) return `Nothing outside of your network reaches ${hostname}. ${setting}`;
  if (protocol !== 'https:')
    return `Identity providers in the cloud want https, with a certificate that is publicly trusted. ${setting}`;
  return undefined;
}
