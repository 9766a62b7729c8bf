/** The bodies that the admin API takes, each as strict as its type in messages.ts: a key more is refused. */
import { z } from 'zod';
import type {
  AcceptInvitation,
  AccountChange,
  AdminPatch,
  CredentialPatch,
  NewAdminToken,
  NewCredential,
  NewInvitation,
  NewReceiver,
  NewTenant,
  ReceiverPatch,
  Replay,
  SchemasPut,
  SignIn,
  TenantPatch,
} from './messages.js';

/** What is longer than anything that fits is refused before anybody looks at it; the rules proper are in access/. */
const LABEL = z.string().max(400);
const EMAIL = z.string().max(400);
const PASSWORD = z.string().max(1_000);
const SECRET = z.string().max(200);
/** `90d`, `12h`, a date. */
const LIFETIME = z.string().max(40);
/** Of a receiver. */
const URL_TEXT = z.string().max(2_000);
const EVENTS = z.array(z.string().max(40)).max(50);
const AUDIENCE = z.string().max(500);
const AUTHORIZATION = z.string().max(4_000);
const SCOPES = z.array(z.string().max(40)).max(10);

const trust = z.strictObject({
  issuer: z.string().max(500),
  audiences: z.array(z.string().max(500)).max(10),
  subject: z.string().max(500).nullable(),
  directory: z.string().max(100).nullable(),
});

export const empty: z.ZodType<Record<string, never>> = z.strictObject({});

export const signIn: z.ZodType<SignIn> = z.strictObject({ email: EMAIL, password: PASSWORD });

export const invitationToken: z.ZodType<{ token: string }> = z.strictObject({ token: SECRET });

export const acceptInvitation: z.ZodType<AcceptInvitation> = z.strictObject({
  token: SECRET,
  email: EMAIL,
  name: LABEL,
  password: PASSWORD,
});

export const accountChange: z.ZodType<AccountChange> = z.strictObject({
  name: LABEL.optional(),
  password: z.strictObject({ current: PASSWORD, next: PASSWORD }).optional(),
});

export const newTenant: z.ZodType<NewTenant> = z.strictObject({ name: LABEL, profile: z.string().max(40) });

export const tenantPatch: z.ZodType<TenantPatch> = z.strictObject({
  name: LABEL.optional(),
  profile: z.string().max(40).optional(),
  allowsBasic: z.boolean().optional(),
  requestLimit: z.int().min(1).max(1_000_000).nullable().optional(),
  disabled: z.boolean().optional(),
});

export const schemas: z.ZodType<SchemasPut> = z.strictObject({ text: z.string().max(65_536).nullable() });

export const confirmation: z.ZodType<{ confirm: string }> = z.strictObject({ confirm: LABEL });

const kind = z.enum(['token', 'client', 'basic', 'federation']);

export const newCredential: z.ZodType<NewCredential> = z.strictObject({
  kind,
  name: LABEL,
  scopes: SCOPES,
  expires: LIFETIME.nullable(),
  tokenLifetime: z.int().nullable().optional(),
  trust: trust.nullable().optional(),
  user: z.string().min(1).max(500).nullable().optional(),
});

export const credentialPatch: z.ZodType<CredentialPatch> = z.strictObject({
  name: LABEL.optional(),
  scopes: SCOPES.optional(),
  expires: LIFETIME.nullable().optional(),
  tokenLifetime: z.int().optional(),
  trust: trust.optional(),
});

/** The longest overlap of two secrets: 30 days. */
export const rotation: z.ZodType<{ overlapHours: number }> = z.strictObject({
  overlapHours: z.number().min(0).max(720),
});

export const newReceiver: z.ZodType<NewReceiver> = z.strictObject({
  kind: z.enum(['webhook', 'push', 'poll']),
  name: LABEL,
  url: URL_TEXT.nullable(),
  events: EVENTS.nullable(),
  from: z.enum(['now', 'start']),
  audience: AUDIENCE.nullable().optional(),
  authorization: AUTHORIZATION.nullable().optional(),
});

export const receiverPatch: z.ZodType<ReceiverPatch> = z.strictObject({
  name: LABEL.optional(),
  url: URL_TEXT.optional(),
  events: EVENTS.nullable().optional(),
  paused: z.boolean().optional(),
  audience: AUDIENCE.optional(),
  authorization: AUTHORIZATION.nullable().optional(),
});

export const replay: z.ZodType<Replay> = z.strictObject({ after: z.int().min(0) });

export const adminPatch: z.ZodType<AdminPatch> = z.strictObject({
  name: LABEL.optional(),
  role: z.string().max(40).optional(),
  tenant: LABEL.nullable().optional(),
  disabled: z.boolean().optional(),
});

export const newInvitation: z.ZodType<NewInvitation> = z.strictObject({
  email: EMAIL.nullable(),
  role: z.string().max(40),
  tenant: LABEL.nullable(),
});

export const newAdminToken: z.ZodType<NewAdminToken> = z.strictObject({
  name: LABEL,
  role: z.string().max(40),
  tenant: LABEL.nullable(),
  expires: LIFETIME.nullable(),
});
