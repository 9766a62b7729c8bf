/** PATCH: RFC 7644 §3.5.2. */
import type { Check } from '../../check.js';

export const patchChecks: readonly Check[] = [];
