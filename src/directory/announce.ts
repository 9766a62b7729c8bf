/** Telling that there is something new in a tenant's history. */

/** Must return at once. @param tenant Tenant.id */
export type Announce = (tenant: string) => void;

/** What was written is written: the request that did it must not fail because somebody could not be told. */
export function announcing(announce: Announce | undefined): Announce {
  if (!announce) return () => {};
  return (tenant) => {
    try {
      announce(tenant);
    } catch {
      // Whoever is told looks at the history again when there is more of it, and from time to time.
    }
  };
}
