/** Wrong servers for PATCH, groups, and writes at the same time. */
import type { Defect } from './defect.js';
import { concurrencyDefects } from './rfc-patch-concurrency.js';
import { groupDefects } from './rfc-patch-groups.js';
import { patchOperationDefects } from './rfc-patch-operations.js';

export const rfcPatchDefects: readonly Defect[] = [...patchOperationDefects, ...groupDefects, ...concurrencyDefects];
