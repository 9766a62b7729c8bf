/** Paging: RFC 7644 §3.4.2.4, RFC 9865. */
import type { Check } from '../../check.js';

export const pagingChecks: readonly Check[] = [];
