/** Writes at the same time. */
import type { Check } from '../../check.js';

export const concurrencyChecks: readonly Check[] = [];
