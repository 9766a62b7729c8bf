/** Google Workspace auto-provisioning. */
import type { Check } from '../../check.js';

export const googleChecks: readonly Check[] = [];
