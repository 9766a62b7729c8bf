/** Groups and their members: RFC 7643 §4.2. */
import type { Check } from '../../check.js';

export const groupChecks: readonly Check[] = [];
