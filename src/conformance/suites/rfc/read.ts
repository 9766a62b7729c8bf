/** GET by id: RFC 7644 §3.4.1. */
import type { Check } from '../../check.js';

export const readChecks: readonly Check[] = [];
