/** Discovery: RFC 7644 §4, RFC 7643 §5 to §7. */
import type { Check } from '../../check.js';

export const discoveryChecks: readonly Check[] = [];
