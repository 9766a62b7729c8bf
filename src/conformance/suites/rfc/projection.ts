/** attributes and excludedAttributes: RFC 7644 §3.9. */
import type { Check } from '../../check.js';

export const projectionChecks: readonly Check[] = [];
