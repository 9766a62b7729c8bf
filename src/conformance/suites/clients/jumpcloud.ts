/** JumpCloud custom SCIM. */
import type { Check } from '../../check.js';

export const jumpcloudChecks: readonly Check[] = [];
