/** What the HTTP layer is given: everything it needs, nothing global. */
import type { Logger } from 'pino';
import type { ActivityRecorder } from '../access/activity.js';
import type { Authenticator } from '../access/authenticate.js';
import type { UseRecorder } from '../access/last-use.js';
import type { Registries } from '../access/registries.js';
import type { RequestLimit } from '../access/request-limit.js';
import type { BulkDirectory } from '../directory/bulk.js';
import type { Directory } from '../directory/directory.js';
import type { PatchAnswer } from '../options.js';
import type { FilterLimits } from '../scim/filter/parse.js';
import type { Cursors } from './cursors.js';

export interface HttpParts {
  readonly authenticator: Authenticator;
  readonly requestLimit: RequestLimit;
  readonly uses: UseRecorder;
  readonly activity: ActivityRecorder;
  readonly directory: Directory;
  readonly bulk: BulkDirectory;
  readonly cursors: Cursors;
  readonly registries: Registries;
  readonly log: Logger;
  /** A new id for a request, never given before. */
  readonly newRequestId: () => string;
  readonly limits: HttpLimits;
  readonly patchAnswer: PatchAnswer;
  /** Whether somebody is given the passwords that clients set. */
  readonly takesPasswords: boolean;
  /** Origin and path prefix of the URLs in answers; undefined: as the client addressed the server. */
  readonly publicUrl: string | undefined;
}

export interface HttpLimits {
  /** Requests per second of a tenant that has no limit of its own. */
  readonly requests: number;
  /** Bytes. */
  readonly body: number;
  readonly filter: FilterLimits;
  /** Resources on a page without `count`. */
  readonly pageSize: number;
  readonly maxPageSize: number;
  /** Seconds. */
  readonly cursorTimeout: number;
  readonly bulk: BulkLimits;
}

/** Of one bulk request, as /ServiceProviderConfig announces them. */
export interface BulkLimits {
  readonly operations: number;
  /** Bytes. */
  readonly payload: number;
}
