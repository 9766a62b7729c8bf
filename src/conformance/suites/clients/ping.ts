/** PingFederate and Ping IDM. */
import type { Check } from '../../check.js';

export const pingChecks: readonly Check[] = [];
