/** Versions: RFC 7644 §3.14. */
import type { Check } from '../../check.js';

export const etagChecks: readonly Check[] = [];
