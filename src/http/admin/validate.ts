/** A body as its schema has it, or a problem that names every field that is wrong. */
import type { z } from 'zod';
import type { Problem } from './messages.js';
import { AdminProblem } from './problem.js';

type FieldErrors = NonNullable<Problem['errors']>;

/** Field errors that one answer lists at most. */
const MOST_ERRORS = 20;

/** @throws AdminProblem 400 */
export function validate<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => errorsOf(issue, body)).slice(0, MOST_ERRORS);
  const told = errors.map(({ field, message }) => (field === '' ? message : `${field} ${message}`)).join('; ');
  throw new AdminProblem(400, `The request is not valid: ${told}.`, { errors });
}

function errorsOf(issue: z.core.$ZodIssue, body: unknown): FieldErrors {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.').slice(0, 100),
      message: 'is not known here',
    }));
  }
  return [{ field, message: messageOf(issue, valueAt(body, issue.path)) }];
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'is needed' : `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return value === undefined ? 'is needed' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${sizeOf(issue.origin)} ${issue.minimum}${unitOf(issue.origin)} at least`;
    case 'too_big':
      return `must ${sizeOf(issue.origin)} ${issue.maximum}${unitOf(issue.origin)} at most`;
    case 'invalid_union':
      return value === undefined ? 'is needed' : 'has a value of the wrong type';
    default:
      return issue.message;
  }
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type === 'int' ? 'whole number' : type}`;
}

function sizeOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be';
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' elements' : '';
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = body;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[name];
  }
  return value;
}
