import type { Check } from '../../check.js';
import { crudChecks } from './crud.js';
import { dialectChecks } from './dialect.js';
import { entitlementChecks } from './entitlements.js';
import { specChecks } from './spec.js';

export const oktaChecks: readonly Check[] = [...specChecks, ...crudChecks, ...entitlementChecks, ...dialectChecks];
