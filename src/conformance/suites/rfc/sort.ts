/** Sorting: RFC 7644 §3.4.2.3. */
import type { Check } from '../../check.js';

export const sortChecks: readonly Check[] = [];
