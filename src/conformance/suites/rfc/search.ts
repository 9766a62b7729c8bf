/** POST to .search: RFC 7644 §3.4.3. */
import type { Check } from '../../check.js';

export const searchChecks: readonly Check[] = [];
