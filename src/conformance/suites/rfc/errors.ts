/** Errors and media types: RFC 7644 §3.12, §3.1, §8. */
import type { Check } from '../../check.js';

export const errorChecks: readonly Check[] = [];
