/**
 * The part of the store port that remembers what happened beside the history: each request, and each action of an admin.
 * Knows: what is kept and by what it is found. Does not know: what is worth recording, who may read it.
 */
import type { JsonObject } from '../scim/json.js';

/** `done`: answered as asked; `refused`: 4xx; `failed`: 5xx, or given up on by the client. */
export type Outcome = 'done' | 'refused' | 'failed';

/** One request to the SCIM or OAuth endpoints, with nothing secret: no header, no query, no body. */
export interface NewActivity {
  /** Tenant.id: that of the credential, or else the one that the path names; undefined: nobody's. */
  readonly tenant: string | undefined;
  /** When it arrived, ISO 8601 UTC. */
  readonly time: string;
  readonly requestId: string;
  /** The credential by its id and its name then; undefined when none was accepted. */
  readonly credential: { readonly id: string; readonly name: string } | undefined;
  /** The client's address. */
  readonly address: string | undefined;
  /** The header User-Agent, cut. */
  readonly agent: string | undefined;
  readonly method: string;
  /** Without the query, cut. */
  readonly path: string;
  /** ResourceType.name and id of the resource that it was about; the id of a created one too. */
  readonly resource: { readonly type: string; readonly id: string } | undefined;
  readonly status: number;
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** Names of the dialect rules that it needed. */
  readonly rules: readonly string[];
  /** Why it was refused. */
  readonly refusal: ActivityRefusal | undefined;
}

export interface ActivityRefusal {
  /** A name of scim/errors.ts, or an error code of OAuth. */
  readonly kind: string;
  /** One sentence. What clients wrote is not in it. */
  readonly detail: string;
  /** Of refused credentials: what was looked for, what was expected, what came; never the secret. */
  readonly reason: JsonObject | undefined;
}

export interface Activity extends NewActivity {
  /** Ascends in the order of recording. */
  readonly sequence: number;
}

/** Newest first, unless `after` is given: then oldest first, from there on. What is left out does not restrict. */
export interface ActivityQuery {
  /** Tenant.id; null: requests that belong to no tenant. */
  readonly tenant?: string | null | undefined;
  readonly outcome?: Outcome | undefined;
  /** Credential.id */
  readonly credential?: string | undefined;
  readonly method?: string | undefined;
  /** `id` of a resource. */
  readonly resource?: string | undefined;
  readonly requestId?: string | undefined;
  /** Sequence numbers, exclusive. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

/** What a tenant did in one hour. */
export interface TrafficHour {
  readonly tenant: string;
  /** Its start, `2031-01-31T12:00:00.000Z`. */
  readonly hour: string;
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
}

/** Who acted: an admin, a script with an admin token, the command line, the embedding app. */
export interface AuditActor {
  readonly kind: 'admin' | 'token' | 'command line' | 'app';
  readonly id: string | undefined;
  readonly name: string;
}

/** One action of an admin. */
export interface NewAuditRecord {
  readonly time: string;
  readonly actor: AuditActor;
  readonly address: string | undefined;
  /** `credential.rotate`, `tenant.create`, … */
  readonly action: string;
  /** The tenant that it was about, by id and by its name then. */
  readonly tenant: { readonly id: string; readonly name: string } | undefined;
  /** What it was about, for people: the name of a credential, the email of an admin. */
  readonly target: string | undefined;
  /** What changed; never a secret. */
  readonly details: JsonObject;
}

export interface AuditRecord extends NewAuditRecord {
  readonly sequence: number;
}

export interface AuditQuery {
  /** Tenant.id */
  readonly tenant?: string | undefined;
  readonly action?: string | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface RecordStore {
  /** Also counts them into the hours of their tenants. */
  appendActivity(entries: readonly NewActivity[]): Promise<void>;
  activity(query: ActivityQuery): Promise<Activity[]>;
  /** The hours from `since` (ISO 8601 UTC) on in which anything happened, oldest first. */
  traffic(since: string, tenant?: string): Promise<TrafficHour[]>;
  /** When each tenant's last request came. Tenants without one are not in it. */
  lastRequests(): Promise<Map<string, string>>;
  /**
   * Forgets entries from before `time`, and the oldest of those beyond `most`, at most about `limit` rows at a time;
   * hours from before `hoursBefore`. False when nothing was left to forget.
   */
  trimActivity(time: string, most: number, hoursBefore: string, limit: number): Promise<boolean>;

  appendAudit(record: NewAuditRecord): Promise<void>;
  /** Newest first. */
  audit(query: AuditQuery): Promise<AuditRecord[]>;
}
