/** Every check there is, suite by suite, in the order in which they run. */
import type { Check } from '../check.js';
import { clientChecks } from './clients/index.js';
import { entraChecks } from './entra/index.js';
import { oktaChecks } from './okta/index.js';
import { rfcChecks } from './rfc/index.js';

export const CHECKS: readonly Check[] = [...rfcChecks, ...entraChecks, ...oktaChecks, ...clientChecks];
