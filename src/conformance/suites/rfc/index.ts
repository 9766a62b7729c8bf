import type { Check } from '../../check.js';
import { authenticationChecks } from './authentication.js';
import { bulkChecks } from './bulk.js';
import { concurrencyChecks } from './concurrency.js';
import { createChecks } from './create.js';
import { discoveryChecks } from './discovery.js';
import { errorChecks } from './errors.js';
import { etagChecks } from './etag.js';
import { filterChecks } from './filter.js';
import { groupChecks } from './groups.js';
import { meChecks } from './me.js';
import { pagingChecks } from './paging.js';
import { patchChecks } from './patch.js';
import { projectionChecks } from './projection.js';
import { readChecks } from './read.js';
import { removeChecks } from './remove.js';
import { replaceChecks } from './replace.js';
import { searchChecks } from './search.js';
import { sortChecks } from './sort.js';

export const rfcChecks: readonly Check[] = [
  ...discoveryChecks,
  ...authenticationChecks,
  ...createChecks,
  ...readChecks,
  ...replaceChecks,
  ...removeChecks,
  ...errorChecks,
  ...filterChecks,
  ...sortChecks,
  ...pagingChecks,
  ...projectionChecks,
  ...searchChecks,
  ...meChecks,
  ...bulkChecks,
  ...etagChecks,
  ...patchChecks,
  ...groupChecks,
  ...concurrencyChecks,
];
