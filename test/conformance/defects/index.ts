/** Every wrong server there is. */
import { clientsDefects } from './clients.js';
import type { Defect } from './defect.js';
import { entraDialectDefects } from './entra-dialect.js';
import { entraValidatorDefects } from './entra-validator.js';
import { oktaDefects } from './okta.js';
import { rfcPatchDefects } from './rfc-patch.js';
import { rfcQueriesDefects } from './rfc-queries.js';
import { rfcResourcesDefects } from './rfc-resources.js';

export const DEFECTS: readonly Defect[] = [
  ...rfcResourcesDefects,
  ...rfcQueriesDefects,
  ...rfcPatchDefects,
  ...entraValidatorDefects,
  ...entraDialectDefects,
  ...oktaDefects,
  ...clientsDefects,
];
