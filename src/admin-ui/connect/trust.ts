/** From the answers about an issuer to what the server is told to trust. Pure. */
import type { TrustView } from '../../http/admin/messages.js';
import type { TrustForm } from './model.js';

export interface TrustDraft {
  readonly issuer: string;
  /** One in each line. */
  readonly audiences: string;
  readonly subject: string;
  readonly directory: string;
}

export const EMPTY_TRUST: TrustDraft = { issuer: '', audiences: '', subject: '', directory: '' };

/** What Entra puts in `aud` for every application that is not from the gallery. */
const ENTRA_AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

function issuerOf(form: TrustForm, { issuer, directory }: TrustDraft): string {
  if (form === 'entra-token') return `https://sts.windows.net/${directory.trim()}/`;
  if (form === 'entra-workload') return `https://login.microsoftonline.com/${directory.trim()}/v2.0`;
  return issuer.trim();
}

/** As the server takes it: nothing is empty, nothing has blanks around it. */
export function trustOf(form: TrustForm, draft: TrustDraft): TrustView {
  const audiences = draft.audiences.split(/[\s,]+/).filter((audience) => audience !== '');
  return {
    issuer: issuerOf(form, draft),
    audiences: form === 'entra-token' && audiences.length === 0 ? [ENTRA_AUDIENCE] : audiences,
    subject: draft.subject.trim() || null,
    directory: draft.directory.trim() || null,
  };
}

/** The answers behind a trust that is there, to change them. */
export function draftOf({ issuer, audiences, subject, directory }: TrustView): TrustDraft {
  return { issuer, audiences: audiences.join('\n'), subject: subject ?? '', directory: directory ?? '' };
}

/** What is missing or wrong, by field. */
export function trustMistakes(form: TrustForm, draft: TrustDraft): Partial<Record<keyof TrustDraft, string>> {
  const { issuer, audiences, subject, directory } = trustOf(form, draft);
  const isEntra = form !== 'any';
  return {
    ...(!isEntra &&
      !/^https?:\/\/[^\s/]/.test(issuer) && { issuer: 'Enter the issuer’s address, as its tokens have it in “iss”' }),
    ...(isEntra &&
      !GUID.test(directory ?? '') && { directory: 'Enter the Directory (tenant) ID: five groups of hex digits' }),
    ...(audiences.length === 0 && { audiences: 'Enter at least one audience' }),
    ...(!isEntra &&
      subject === null &&
      directory === null && { subject: 'Enter a subject or a directory: else every token of this issuer would do' }),
  };
}
