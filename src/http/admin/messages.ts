/**
 * What the admin API says, as types: the one thing that the server and the page share. openapi.yaml describes the same.
 * Times are ISO 8601 UTC; a value that is not there is null, so that every key is always present.
 *
 * All below /admin/api. `P` after a route: the permission (access/roles.ts) that it needs.
 *
 *   GET    /config                                       → Config                      no sign-in
 *   GET    /session                                      → SessionView                 401 when not signed in
 *   POST   /session             SignIn                   → SessionView                 no sign-in
 *   DELETE /session                                      → 204
 *   POST   /invitation/look     {token}                  → InvitationView              no sign-in
 *   POST   /invitation/accept   AcceptInvitation         → SessionView                 no sign-in
 *   GET    /sso/start, /sso/callback                     → redirects                   no sign-in
 *   PATCH  /account             AccountChange            → SessionView                 any admin session
 *
 *   GET    /tenants                                      → {items: TenantView[]}       P tenants.read
 *   POST   /tenants             NewTenant                → TenantView 201              P tenants.create
 *   GET    /tenants/{tenant}                             → TenantView                  P tenants.read
 *   PATCH  /tenants/{tenant}    TenantPatch              → TenantView                  P tenants.configure; name, limit, disabled: tenants.control
 *   DELETE /tenants/{tenant}    {confirm: its name}      → 204                         P tenants.control
 *   GET    /tenants/{tenant}/schemas                     → SchemasView                 P tenants.read
 *   PUT    /tenants/{tenant}/schemas    SchemasPut       → SchemasView                 P tenants.configure
 *   GET    /tenants/{tenant}/traffic?hours=24            → {items: TrafficView[]}      P tenants.read
 *   GET    /tenants/{tenant}/connection                  → Connection                  P credentials.read
 *
 *   GET    /tenants/{tenant}/credentials                 → {items: CredentialView[]}   P credentials.read
 *   POST   /tenants/{tenant}/credentials  NewCredential  → IssuedCredential 201        P credentials.write
 *   GET    /tenants/{tenant}/credentials/{id}            → CredentialView              P credentials.read
 *   PATCH  /tenants/{tenant}/credentials/{id} CredentialPatch → CredentialView         P credentials.write
 *   POST   …/credentials/{id}/rotate      {overlapHours} → IssuedCredential            P credentials.write
 *   POST   …/credentials/{id}/revoke      {}             → CredentialView              P credentials.write
 *   POST   …/credentials/{id}/keys/{key}/end  {}         → CredentialView              P credentials.write
 *
 *   GET    /tenants/{tenant}/types                       → {items: TypeView[]}         P directory.read
 *   GET    /tenants/{tenant}/resources/{type}?filter&sortBy&sortOrder&startIndex&count → ResourceList   P directory.read
 *   GET    /tenants/{tenant}/resources/{type}/{id}       → ResourceView                P directory.read
 *   GET    …/resources/{type}/{id}/members?after&limit   → MemberList                  P directory.read
 *   GET    …/resources/{type}/{id}/history?before&limit  → ChangeList                  P directory.read
 *
 *   GET    /tenants/{tenant}/receivers                   → ReceiverList                P events.read
 *   POST   /tenants/{tenant}/receivers    NewReceiver    → IssuedReceiver 201          P events.write
 *   GET    /tenants/{tenant}/receivers/{id}              → ReceiverView                P events.read
 *   PATCH  /tenants/{tenant}/receivers/{id} ReceiverPatch → ReceiverView               P events.write
 *   DELETE /tenants/{tenant}/receivers/{id}              → 204                         P events.write
 *   POST   …/receivers/{id}/rotate        {overlapHours} → IssuedReceiver              P events.write
 *   POST   …/receivers/{id}/test          {}             → DeliveryAttempt             P events.write
 *   POST   …/receivers/{id}/replay        Replay         → ReceiverView                P events.write
 *   GET    …/receivers/{id}/dead-letters?before&limit    → DeadLetterList              P events.read
 *   POST   …/receivers/{id}/dead-letters/{letter}/redeliver {} → DeliveryAttempt       P events.write
 *   DELETE …/receivers/{id}/dead-letters/{letter}        → 204                         P events.write
 *   GET    /tenants/{tenant}/subscribers                 → {items: SubscriberView[]}   P events.read
 *   POST   …/subscribers/{name}/replay    Replay         → SubscriberView              P events.write
 *   GET    …/subscribers/{name}/dead-letters?before&limit → DeadLetterList             P events.read
 *   POST   …/subscribers/{name}/dead-letters/{letter}/redeliver {} → DeliveryAttempt   P events.write
 *   DELETE …/subscribers/{name}/dead-letters/{letter}    → 204                         P events.write
 *   GET    /tenants/{tenant}/events?before&limit         → EventList                   P events.read
 *
 *   GET    /tenants/{tenant}/activity?outcome&credential&method&resource&requestId&before&after&limit → ActivityList  P activity.read
 *   GET    /tenants/{tenant}/activity/{requestId}        → ActivityDetail              P activity.read
 *   GET    /tenants/{tenant}/activity/export?format=csv|jsonl&… → a file               P activity.read
 *   GET    /activity?…                                   → ActivityList of requests that belong to no tenant   P activity.read, all tenants
 *
 *   GET    /admins                                       → {items: AdminView[]}        P admins.read
 *   PATCH  /admins/{id}         AdminPatch               → AdminView                   P admins.write
 *   DELETE /admins/{id}                                  → 204                         P admins.write
 *   POST   /admins/{id}/password-link {}                 → IssuedInvitation 201        P admins.write
 *   GET    /invitations                                  → {items: InvitationView[]}   P admins.read
 *   POST   /invitations         NewInvitation            → IssuedInvitation 201        P admins.write
 *   DELETE /invitations/{id}                             → 204                         P admins.write
 *   GET    /tokens                                       → {items: AdminTokenView[]}   P admins.read
 *   POST   /tokens              NewAdminToken            → IssuedAdminToken 201        P admins.write
 *   DELETE /tokens/{id}                                  → 204                         P admins.write
 *   GET    /audit?tenant&action&before&limit             → AuditList                   P audit.read
 *   GET    /settings                                     → Settings                    P settings.read
 *   GET    /signing-keys                                 → SigningKeyList              P settings.read
 *   POST   /signing-keys/rotate           {overlapHours} → SigningKeyList              P settings.write
 *
 * A session sends its CSRF token (SessionView.csrf) as X-CSRF-Token with everything but GET; an admin token is sent as
 * Authorization: Bearer scima_… and needs none. Errors are application/problem+json: Problem. A request that the page
 * makes by itself, again and again, carries X-Background: 1, so that it does not keep the session alive.
 */

/** RFC 9457. `errors`: where in the body or query it was wrong. `position`: in a filter, from 0. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** What was wrong, and what to do. */
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly position?: number;
}

export interface Config {
  readonly version: string;
  /** The label of the sign-in button; null: there is no single sign-on. */
  readonly sso: string | null;
  /** True while there is no admin: the set-up link is needed. */
  readonly needsSetUp: boolean;
}

export interface SignIn {
  readonly email: string;
  readonly password: string;
}

export interface SessionView {
  readonly admin: AdminView;
  readonly permissions: readonly string[];
  readonly csrf: string;
  /** Ends at this time if nothing is done until then, and at `ends` in any case. */
  readonly idleEnds: string;
  readonly ends: string;
}

export interface AccountChange {
  readonly name?: string;
  readonly password?: { readonly current: string; readonly next: string };
}

export interface AcceptInvitation {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export interface InvitationView {
  readonly id: string;
  /** Null: whoever has the link says their own. */
  readonly email: string | null;
  readonly role: string;
  /** Name of the tenant. */
  readonly tenant: string | null;
  /** True: it sets a new password for an admin who is there already. */
  readonly isReset: boolean;
  readonly created: string;
  readonly createdBy: string | null;
  readonly expires: string;
}

export interface IssuedInvitation {
  readonly invitation: InvitationView;
  /** Shown once. */
  readonly link: string;
}

export interface NewInvitation {
  readonly email: string | null;
  readonly role: string;
  readonly tenant: string | null;
}

export interface AdminView {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Name of the only tenant; null: all. */
  readonly tenant: string | null;
  readonly hasPassword: boolean;
  readonly usesSso: boolean;
  readonly created: string;
  readonly createdBy: string | null;
  readonly disabled: string | null;
  readonly lastSignIn: string | null;
}

export interface AdminPatch {
  readonly name?: string;
  readonly role?: string;
  readonly tenant?: string | null;
  readonly disabled?: boolean;
}

export interface AdminTokenView {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly tenant: string | null;
  readonly created: string;
  readonly createdBy: string | null;
  readonly expires: string | null;
  readonly lastUsed: string | null;
}

export interface NewAdminToken {
  readonly name: string;
  readonly role: string;
  readonly tenant: string | null;
  /** `90d`, `12h`, a date; null: never. */
  readonly expires: string | null;
}

export interface IssuedAdminToken {
  readonly token: AdminTokenView;
  /** Shown once. */
  readonly secret: string;
}

export interface TenantView {
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  readonly created: string;
  readonly disabled: string | null;
  readonly allowsBasic: boolean;
  /** Requests per second; null: that of the server. */
  readonly requestLimit: number | null;
  /** Number of resources by type name. */
  readonly resources: Readonly<Record<string, number>>;
  readonly lastRequest: string | null;
  /** Of the last 24 hours. */
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  /** Credentials that are good, and those of them that end within 30 days. */
  readonly credentials: { readonly active: number; readonly expiring: number };
}

export interface NewTenant {
  readonly name: string;
  readonly profile: string;
}

export interface TenantPatch {
  readonly name?: string;
  readonly profile?: string;
  readonly allowsBasic?: boolean;
  readonly requestLimit?: number | null;
  readonly disabled?: boolean;
}

/** The schemas that a tenant has of its own. */
export interface SchemasView {
  /** A JSON document, with its comments; null: it has those of the server alone. */
  readonly text: string | null;
}

export interface SchemasPut {
  /** At most 50,000 characters; null: those of the server alone. */
  readonly text: string | null;
}

export interface TrafficView {
  readonly hour: string;
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
}

/** The addresses that the other side's form asks for. */
export interface Connection {
  /** With the tenant in it, so that even a wrong credential is seen in the tenant's activity. */
  readonly scimUrl: string;
  readonly tokenEndpoint: string;
  readonly metadata: string;
  /** The sequence number of the newest request, to wait for the next one. */
  readonly newest: number;
}

export interface CredentialView {
  readonly id: string;
  readonly kind: 'token' | 'client' | 'basic' | 'federation';
  readonly name: string;
  readonly state: 'active' | 'expiring' | 'expired' | 'revoked';
  readonly scopes: readonly string[];
  readonly created: string;
  readonly createdBy: string | null;
  readonly expires: string | null;
  readonly revoked: string | null;
  readonly lastUsed: string | null;
  readonly lastAddress: string | null;
  /** Client id or user name. */
  readonly identifier: string | null;
  /** Seconds. */
  readonly tokenLifetime: number | null;
  readonly trust: TrustView | null;
  /** Id of the user who it is at /Me; null: nobody. */
  readonly user: string | null;
  readonly keys: readonly KeyView[];
  /** What stops working when it expires, in a sentence; null when nothing is near. */
  readonly warning: string | null;
}

export interface KeyView {
  readonly id: string;
  readonly hint: string | null;
  readonly created: string;
  readonly expires: string | null;
  readonly state: 'active' | 'ending' | 'ended';
}

export interface TrustView {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly subject: string | null;
  readonly directory: string | null;
}

export interface NewCredential {
  readonly kind: CredentialView['kind'];
  readonly name: string;
  readonly scopes: readonly string[];
  /** `90d`, `12h`, a date; null: never. */
  readonly expires: string | null;
  /** Seconds, 3,600 to 21,600; of `client` and `federation`. Null: 3,600. */
  readonly tokenLifetime?: number | null;
  readonly trust?: TrustView | null;
  /** userName or id of the user who it is at /Me; null: nobody. */
  readonly user?: string | null;
}

export interface CredentialPatch {
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly expires?: string | null;
  readonly tokenLifetime?: number;
  readonly trust?: TrustView;
}

export interface IssuedCredential {
  readonly credential: CredentialView;
  /** Token, client secret or password. Shown once; null for `federation`, which has none. */
  readonly secret: string | null;
  readonly connection: Connection;
}

/** What the page needs to know of a resource type. */
export interface TypeView {
  /** `User` */
  readonly name: string;
  readonly endpoint: string;
  /** Paths that a filter or a sort may name, with their types. */
  readonly attributes: readonly {
    readonly path: string;
    readonly type: string;
    readonly multiValued: boolean;
    readonly sortable: boolean;
    readonly description: string;
  }[];
  /** Of the columns of a list. */
  readonly columns: readonly string[];
  /** True: its resources have members. */
  readonly hasMembers: boolean;
}

export interface ResourceList {
  readonly total: number;
  readonly startIndex: number;
  readonly items: readonly ResourceView[];
}

export interface ResourceView {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly created: string;
  readonly lastModified: string;
  /** As SCIM shows it, without members. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface MemberList {
  readonly items: readonly { readonly id: string; readonly type: string; readonly display: string | null }[];
  /** The `after` of the next page; null: there is none. */
  readonly next: string | null;
}

export interface ChangeView {
  readonly sequence: number;
  readonly time: string;
  readonly operation: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly version: number;
  readonly requestId: string;
  readonly actor: { readonly credential: string; readonly name: string; readonly address: string | null };
  /** Both sides of each attribute; null: it was not there. */
  readonly difference: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface ChangeList {
  readonly items: readonly ChangeView[];
  /** The `before` of the next page; null: there is none. */
  readonly next: number | null;
}

/** Somewhere outside that is told of what changes in the tenant. */
export interface ReceiverView {
  readonly id: string;
  /** `webhook`: POST of events with a signature; `push`: RFC 8935; `poll`: RFC 8936. */
  readonly kind: 'webhook' | 'push' | 'poll';
  readonly name: string;
  /** Where to; null for `poll`. */
  readonly url: string | null;
  /** Where it asks for its events; null but for `poll`. */
  readonly pollUrl: string | null;
  /** Names of the events that it is told of; null: all. */
  readonly events: readonly string[] | null;
  readonly created: string;
  readonly createdBy: string | null;
  /** Since when nothing is sent; null while it is served. */
  readonly paused: string | null;
  /** Why, where nobody has done it by hand. */
  readonly pausedBecause: string | null;
  /** The claim `aud`, of `push` and `poll`. */
  readonly audience: string | null;
  /** Of `push`: whether an Authorization header is sent. */
  readonly hasAuthorization: boolean;
  /** What signs, of `webhook`; oldest first. */
  readonly keys: readonly ReceiverKeyView[];
  readonly delivery: DeliveryView;
}

export interface ReceiverKeyView {
  readonly id: string;
  readonly created: string;
  /** Until when it signs beside newer ones; null: as long as the receiver is there. */
  readonly ends: string | null;
}

/** How far somebody has got in the changes of the tenant. */
export interface DeliveryView {
  /** Sequence number of the last change that is settled; 0: none. */
  readonly position: number;
  /** Sequence number of the last change that there is. */
  readonly last: number;
  /** Changes that are still to be told. */
  readonly behind: number;
  /** Why it does not get on; null while nothing is wrong. */
  readonly trouble: {
    /** How often it was tried. */
    readonly attempts: number;
    readonly since: string;
    /** When it is tried again. */
    readonly retryAt: string;
    readonly error: string;
  } | null;
  /** Whether there is anything that was given up. */
  readonly hasDeadLetters: boolean;
}

export interface ReceiverList {
  /** In the order of creation. */
  readonly items: readonly ReceiverView[];
  readonly addresses: EventAddresses;
}

/** What receivers ask for, and what those of `push` and `poll` need to check what they get. */
export interface EventAddresses {
  /** The events of the tenant, for whoever has a credential with the scope `events:read`. */
  readonly feed: string;
  /** The public keys that sign security event tokens. */
  readonly jwks: string;
  /** Their claim `iss`. */
  readonly issuer: string;
}

export interface NewReceiver {
  readonly kind: ReceiverView['kind'];
  readonly name: string;
  /** https; null for `poll`. */
  readonly url: string | null;
  /** Null: all. */
  readonly events: readonly string[] | null;
  /** Whether it hears of what happens from now on, or of everything that ever did. */
  readonly from: 'now' | 'start';
  /** Of `push` and `poll`, which need one. */
  readonly audience?: string | null;
  /** Of `push`: the Authorization header to send. Never shown. */
  readonly authorization?: string | null;
}

export interface ReceiverPatch {
  readonly name?: string;
  readonly url?: string;
  /** Null: all. */
  readonly events?: readonly string[] | null;
  readonly paused?: boolean;
  readonly audience?: string;
  /** Null: none is sent any more. */
  readonly authorization?: string | null;
}

export interface IssuedReceiver {
  readonly receiver: ReceiverView;
  /** What checks signatures, `whsec_…`. Shown once; null but for `webhook`. */
  readonly secret: string | null;
}

/** What came of sending something now. */
export interface DeliveryAttempt {
  readonly isDelivered: boolean;
  /** One sentence: what came back, or why nothing did. */
  readonly detail: string;
}

export interface Replay {
  /** Everything after the change with this sequence number is told again; 0: everything there is. */
  readonly after: number;
}

/** Code of the app that is told of changes. */
export interface SubscriberView {
  readonly name: string;
  /** Of this tenant. */
  readonly delivery: DeliveryView;
}

/** Something that was given up. */
export interface DeadLetterView {
  readonly id: string;
  readonly time: string;
  readonly attempts: number;
  readonly error: string;
  /** What it is: `user.created`, or the name of a security event. */
  readonly what: string;
  /** Sequence number of the change. */
  readonly sequence: number;
  /** Null when the history does not have it any more. */
  readonly event: EventView | null;
}

export interface DeadLetterList {
  /** Newest first. */
  readonly items: readonly DeadLetterView[];
  /** The `before` of the next page; null: there is none. */
  readonly next: string | null;
}

/** Something that happened, as receivers are told of it. */
export interface EventView {
  /** `17.0`: change and part. */
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly time: string;
  readonly operation: string;
  readonly resourceType: string;
  /** As it was after the change, or before its deletion. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Both sides of each attribute; null: it was not there. */
  readonly difference: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
  /** Ids of the members that came or went, the first 20 of them. */
  readonly members: readonly string[];
  readonly memberCount: number;
  readonly actor: { readonly credential: string; readonly name: string };
  readonly requestId: string;
}

export interface EventList {
  /** Newest first. */
  readonly items: readonly EventView[];
  /** The `before` of the next page; null: there is none. */
  readonly next: string | null;
}

export interface ActivityView {
  readonly sequence: number;
  readonly time: string;
  readonly requestId: string;
  readonly credential: { readonly id: string; readonly name: string } | null;
  readonly address: string | null;
  readonly agent: string | null;
  readonly method: string;
  readonly path: string;
  readonly resource: { readonly type: string; readonly id: string } | null;
  readonly status: number;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly milliseconds: number;
  /** Dialect rules that it needed, each with what the RFC says of it. */
  readonly rules: readonly { readonly name: string; readonly description: string; readonly rfc: string }[];
  readonly refusal: {
    readonly kind: string;
    readonly detail: string;
    readonly reason: Readonly<Record<string, unknown>> | null;
  } | null;
  /** What to do about it; null when nothing is wrong. */
  readonly advice: string | null;
}

export interface ActivityList {
  readonly items: readonly ActivityView[];
  /** The `before` of the next page; null: there is none. */
  readonly next: number | null;
}

export interface ActivityDetail {
  readonly activity: ActivityView;
  readonly changes: readonly ChangeView[];
}

export interface AuditView {
  readonly sequence: number;
  readonly time: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string };
  readonly address: string | null;
  readonly action: string;
  readonly tenant: { readonly id: string; readonly name: string } | null;
  readonly target: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditList {
  readonly items: readonly AuditView[];
  readonly next: number | null;
}

/** The options in force, for people: name, value, unit, what it means and how to set it. Never a secret. */
export interface Settings {
  readonly version: string;
  readonly options: readonly {
    readonly name: string;
    readonly value: string | number | null;
    readonly unit: string | null;
    readonly description: string;
    readonly env: string;
    readonly isDefault: boolean;
  }[];
  readonly profiles: readonly { readonly name: string; readonly description: string }[];
}

/** What signs the security event tokens of all tenants, newest first: the first one signs, the others are still published. */
export interface SigningKeyList {
  readonly items: readonly {
    /** `kid` of the tokens, and in the JWK Set. */
    readonly id: string;
    /** Null where that was not noted. */
    readonly created: string | null;
    /** Until when it is published; null for the one that signs. */
    readonly ends: string | null;
  }[];
}
