import type { Defect } from './defect.js';

export const oktaDefects: readonly Defect[] = [];
