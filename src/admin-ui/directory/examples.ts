/** Filters to begin with, made of the attributes that the type has. */
import type { FilterAttribute } from './suggestions.js';

export interface Example {
  readonly filter: string;
  readonly meaning: string;
}

const WEEK = 7 * 24 * 3_600_000;

/** `now`: milliseconds. */
export function examplesFor(attributes: readonly FilterAttribute[], now: number): Example[] {
  const has = (...paths: readonly string[]) => paths.every((path) => attributes.some((one) => one.path === path));
  const weekAgo = new Date(now - WEEK).toISOString().replace(/\.\d+/, '');
  const examples: readonly (Example & { readonly needs: readonly string[] })[] = [
    { needs: ['userName'], filter: 'userName sw "a"', meaning: 'Whose user name begins with a' },
    { needs: ['active'], filter: 'active eq false', meaning: 'Who may not sign in' },
    { needs: ['displayName'], filter: 'displayName co "sales"', meaning: 'With “sales” in the display name' },
    {
      needs: ['emails.type', 'emails.value'],
      filter: 'emails[type eq "work" and value ew "@example.com"]',
      meaning: 'With a work address of one domain',
    },
    {
      needs: ['externalId'],
      filter: 'not (externalId pr)',
      meaning: 'Without an external id, so not known to the client',
    },
    {
      needs: ['meta.lastModified'],
      filter: `meta.lastModified gt "${weekAgo}"`,
      meaning: 'Changed during the last seven days',
    },
  ];
  return examples.filter(({ needs }) => has(...needs)).map(({ filter, meaning }) => ({ filter, meaning }));
}
