/** Okta's CRUD test, as the server sees it. */
import type { Check } from '../../check.js';

export const crudChecks: readonly Check[] = [];
