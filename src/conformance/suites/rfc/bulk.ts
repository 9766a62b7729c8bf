/** Bulk: RFC 7644 §3.7. */
import type { Check } from '../../check.js';

export const bulkChecks: readonly Check[] = [];
