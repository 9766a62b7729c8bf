/**
 * What is kept of a password that a client sets: its hash, beside the resource and in no document, history or answer.
 * Does not know: how it is hashed, which is for whoever puts the directory together.
 */
import type { Plan } from './plan.js';

/** Makes of a password what may be kept of it. */
export type HashPassword = (password: string) => Promise<string>;

/** Completes a plan of the write that it was made for. */
export type PasswordKeeper = (plan: Plan) => Promise<Plan>;

/**
 * Adds to the plans of one write what is to be kept of the password in them; it is hashed once, however often the write
 * is planned. An empty password is none: nobody should sign in by leaving a field empty.
 */
export function passwordKeeper(hashPassword: HashPassword | undefined): PasswordKeeper {
  let hash: Promise<string> | undefined;
  return async (plan) => {
    const password = plan.unkept?.get('password');
    if (!hashPassword || password === undefined) return plan;
    if (typeof password !== 'string' || password === '') return { ...plan, passwordHash: null };
    hash ??= hashPassword(password);
    return { ...plan, passwordHash: await hash };
  };
}
