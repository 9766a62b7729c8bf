/** PUT: RFC 7644 §3.5.1. */
import type { Check } from '../../check.js';

export const replaceChecks: readonly Check[] = [];
