import type { Check } from '../../check.js';
import { answerChecks } from './answers.js';
import { compliantDialectChecks } from './compliant-dialect.js';
import { connectionChecks } from './connection.js';
import { dialectChecks } from './dialect.js';
import { logicAppChecks } from './logic-app.js';
import { validatorGroupChecks } from './validator-groups.js';
import { validatorPreviewChecks } from './validator-preview.js';
import { validatorUserChecks } from './validator-users.js';

export const entraChecks: readonly Check[] = [
  ...connectionChecks,
  ...validatorUserChecks,
  ...validatorGroupChecks,
  ...validatorPreviewChecks,
  ...logicAppChecks,
  ...dialectChecks,
  ...compliantDialectChecks,
  ...answerChecks,
];
