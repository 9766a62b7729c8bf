/** SailPoint SCIM 2.0. */
import type { Check } from '../../check.js';

export const sailpointChecks: readonly Check[] = [];
