/** The report for programs: the type `Report` of model.ts, member by member, as JSON. */
import type { Report } from '../model.js';

/** What is undefined in the type is missing in the file. */
export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
