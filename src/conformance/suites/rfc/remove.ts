/** DELETE: RFC 7644 §3.6. */
import type { Check } from '../../check.js';

export const removeChecks: readonly Check[] = [];
