/** What a list of defects is made of. */
import type { ProfileName } from '../../../src/scim/profiles.js';
import type { Spoiler } from '../proxy.js';

/** A wrong server, and the checks that must notice. */
export interface Defect {
  /** What is wrong with the server, as a sentence. */
  readonly title: string;
  /** Ids of checks, each of which must fail (or warn) on this server. */
  readonly noticedBy: readonly string[];
  /** Of the tenant; `strict` when the checks are of the suite `rfc`, otherwise `entra` or `okta` by suite. */
  readonly profile?: ProfileName;
  readonly spoil: () => Spoiler;
}
