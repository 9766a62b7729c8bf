import type { Defect } from './defect.js';

export const rfcQueriesDefects: readonly Defect[] = [];
