/** PATCH as Entra sends it with aadOptscim062020. */
import type { Check } from '../../check.js';

export const compliantDialectChecks: readonly Check[] = [];
