/** OneLogin, Keycloak, Microsoft's Postman collection, Entra reading a source. */
import type { Check } from '../../check.js';

export const otherChecks: readonly Check[] = [];
