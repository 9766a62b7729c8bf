/** Test Connection: what Entra asks before anything else. */
import type { Check } from '../../check.js';

export const connectionChecks: readonly Check[] = [];
