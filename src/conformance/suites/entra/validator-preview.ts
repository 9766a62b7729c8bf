/** The Microsoft Entra SCIM Validator, preview tests: P1 to P7. */
import type { Check } from '../../check.js';

export const validatorPreviewChecks: readonly Check[] = [];
