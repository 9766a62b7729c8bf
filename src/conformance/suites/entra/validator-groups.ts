/** The Microsoft Entra SCIM Validator, groups: G1 to G12. */
import type { Check } from '../../check.js';

export const validatorGroupChecks: readonly Check[] = [];
