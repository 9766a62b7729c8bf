import type { Defect } from './defect.js';

export const clientsDefects: readonly Defect[] = [];
