/** Okta's Entitlements test. */
import type { Check } from '../../check.js';

export const entitlementChecks: readonly Check[] = [];
