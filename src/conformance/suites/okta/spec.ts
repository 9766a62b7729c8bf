/** Okta's SPEC test. */
import type { Check } from '../../check.js';

export const specChecks: readonly Check[] = [];
