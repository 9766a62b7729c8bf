/** Where the commands take time and ids from. */
import { randomUUID } from 'node:crypto';
import type { Sources } from '../access/tenants.js';

/** The machine's clock, and random UUIDs. */
export const sources: Sources = { clock: () => new Date().toISOString(), newId: () => randomUUID() };
