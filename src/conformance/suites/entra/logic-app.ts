/** The tests of Microsoft's validation Logic App that call the endpoint: rows 15 to 25. */
import type { Check } from '../../check.js';

export const logicAppChecks: readonly Check[] = [];
