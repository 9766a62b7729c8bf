import type { Check } from '../../check.js';
import { googleChecks } from './google.js';
import { jumpcloudChecks } from './jumpcloud.js';
import { otherChecks } from './others.js';
import { pingChecks } from './ping.js';
import { sailpointChecks } from './sailpoint.js';

export const clientChecks: readonly Check[] = [
  ...sailpointChecks,
  ...jumpcloudChecks,
  ...pingChecks,
  ...googleChecks,
  ...otherChecks,
];
