/** Who asks a directory for something, and how they speak. */
import type { Dialect } from '../scim/profiles.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Actor } from '../store/store.js';

export interface Caller {
  /** Tenant.id */
  readonly tenant: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly dialect: Dialect;
  /** Name of the tenant's profile; undefined where it is not what decides. */
  readonly profile?: string | undefined;
  /** A resource type of the tenant by its name. */
  readonly types: (name: string) => ResourceType | undefined;
}
