/** What Okta sends beyond its tests. */
import type { Check } from '../../check.js';

export const dialectChecks: readonly Check[] = [];
