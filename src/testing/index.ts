/**
 * `scim-target/testing`: for the tests of apps that embed a target (TestTarget, Entra), and of engines that somebody else
 * writes (storeContract). Needs no test runner of its own.
 */
export { type ContractSubject, type Subject, storeContract } from './contract/store.js';
export { Entra, type EntraDialect, EntraError, type EntraOptions, type EntraUser } from './entra.js';
export type { Expect, Matchers, Rejection, TestRunner } from './runner.js';
export type { Answer } from './scim-client.js';
export { TestTarget, type TestTargetOptions } from './test-target.js';
