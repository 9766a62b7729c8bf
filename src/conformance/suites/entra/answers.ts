/** What Entra demands of answers. */
import type { Check } from '../../check.js';

export const answerChecks: readonly Check[] = [];
