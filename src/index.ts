/** What an embedding app may import. */
export { AccessError } from './access/refusal.js';
export type { Role } from './access/roles.js';
export type { PasswordHook, SetPassword } from './directory/password-hook.js';
export { OptionError } from './options.js';
export { ScimError, type ScimErrorName, type ScimType } from './scim/errors.js';
export { PROFILES, type ProfileName, RULES, type RuleName } from './scim/profiles.js';
export { type RegistryDocuments, SchemaDocumentError } from './scim/schema/load.js';
export type { EnterpriseUser, Group, User } from './scim/schema/types.generated.js';
export type { Change, Store } from './store/store.js';
export { createScimTarget, openStore, type ScimTarget, type TargetOptions } from './target.js';
