import type { Defect } from './defect.js';

export const rfcPatchDefects: readonly Defect[] = [];
