import type { Defect } from './defect.js';

export const entraDialectDefects: readonly Defect[] = [];
