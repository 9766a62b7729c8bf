/** What an embedding app may import. */
export type { AppPrincipal, Authenticate } from './access/own/authenticate.js';
export { type PassportPrincipals, type PassportStrategy, passportAuthentication } from './access/own/passport.js';
export { AccessError, AccessRefused } from './access/refusal.js';
export type { Role } from './access/roles.js';
export type {
  AppGroups,
  AppResources,
  AppUsers,
  FindQuery,
  IfMatch,
  KeptGroup,
  KeptResource,
  KeptUser,
  Member,
  NewGroup,
  NewUser,
  PatchOperation,
  TenantDirectory,
} from './directory/app-directory.js';
export type { BeforeCommit, ChangeContext, PlannedChange, ServerValues } from './directory/before-commit.js';
export type { PasswordHook, SetPassword } from './directory/password-hook.js';
export {
  EVENT_TYPES,
  type EventType,
  type GroupOfEvent,
  type ResourceOf,
  type ResourceOfEvent,
  type ScimEvent,
  type UserOfEvent,
} from './events/event.js';
export {
  type DeliveryStatus,
  type EventContext,
  type EventHandler,
  type EventHandlers,
  type Events,
  EventsError,
  type ParkedEvent,
  type SubscribeOptions,
  type Subscription,
} from './events/events.js';
export { OptionError } from './options.js';
export { ScimError, type ScimErrorName, type ScimType } from './scim/errors.js';
export { PROFILES, type ProfileName, RULES, type RuleName } from './scim/profiles.js';
export { type RegistryDocuments, SchemaDocumentError } from './scim/schema/load.js';
export type { EnterpriseUser, Group, User } from './scim/schema/types.generated.js';
export type { Change, Store } from './store/store.js';
export { createScimTarget, openStore, type ScimTarget, type TargetOptions } from './target.js';
