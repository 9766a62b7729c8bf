/** PATCH as Entra sends it without flags. */
import type { Check } from '../../check.js';

export const dialectChecks: readonly Check[] = [];
