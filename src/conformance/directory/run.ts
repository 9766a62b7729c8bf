import type { Facts } from '../facts.js';
import type { Result } from '../model.js';
import type { Session } from '../session.js';

export interface DirectoryOptions {
  readonly users: number;
  readonly groups: number;
  readonly cycles: number;
}

export async function runDirectory(
  _session: Session,
  _facts: Facts,
  _options: DirectoryOptions,
): Promise<{ results: Result[]; sentences: string[] }> {
  return { results: [], sentences: [] };
}
