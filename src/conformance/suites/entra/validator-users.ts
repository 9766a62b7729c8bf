/** The Microsoft Entra SCIM Validator, users: U1 to U13. */
import type { Check } from '../../check.js';

export const validatorUserChecks: readonly Check[] = [];
