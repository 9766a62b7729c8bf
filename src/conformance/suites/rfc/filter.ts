/** Filters: RFC 7644 §3.4.2.2. */
import type { Check } from '../../check.js';

export const filterChecks: readonly Check[] = [];
