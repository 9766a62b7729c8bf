import type { Defect } from './defect.js';

export const entraValidatorDefects: readonly Defect[] = [];
