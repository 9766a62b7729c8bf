/** PATCH: RFC 7644 §3.5.2. */
import type { Check } from '../../check.js';
import { patchAddChecks } from './patch-add.js';
import { patchExtensionChecks } from './patch-extension.js';
import { patchMessageChecks } from './patch-message.js';
import { patchPathChecks } from './patch-path.js';
import { patchRemoveChecks } from './patch-remove.js';
import { patchReplaceChecks } from './patch-replace.js';

export const patchChecks: readonly Check[] = [
  ...patchMessageChecks,
  ...patchPathChecks,
  ...patchAddChecks,
  ...patchRemoveChecks,
  ...patchReplaceChecks,
  ...patchExtensionChecks,
];
