/** The query of a request of an admin, checked: each name known, given once, and of a value that fits. */
import { z } from 'zod';
import { AdminProblem } from './problem.js';
import { validate } from './validate.js';

/** A whole number within bounds. */
export function whole(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((number) => number >= least && number <= most, message);
}

/** A text of at most so many characters. An empty one counts as left out. */
export function text(most: number) {
  return z
    .string()
    .max(most)
    .transform((value) => (value === '' ? undefined : value));
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words);
}

/** A sequence number. */
export const sequence = whole(0, 999_999_999_999_999);

/** @throws AdminProblem 400 that names each parameter which is wrong */
export function readQuery<Shape extends z.ZodRawShape>(
  query: URLSearchParams,
  shape: Shape,
): z.infer<z.ZodObject<Shape>> {
  const names = [...query.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index)?.slice(0, 50);
  if (repeated !== undefined) {
    const errors = [{ field: repeated, message: 'is given twice' }];
    throw new AdminProblem(400, `The parameter ${repeated} is given twice.`, { errors });
  }
  return validate(z.strictObject(shape), Object.fromEntries(query)) as z.infer<z.ZodObject<Shape>>;
}
