/** Who may ask, and how a refusal looks: RFC 7644 §2, RFC 6750 §3. */
import type { Check } from '../../check.js';

export const authenticationChecks: readonly Check[] = [];
