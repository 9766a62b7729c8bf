const TENANT_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

export const TENANT_NAME_RULE =
  'Lower-case letters, digits, dots, underscores and hyphens; 63 at most, a letter or digit first.';

/** Why a name will not do, with one that would where it is near; empty when nothing is wrong with it. */
export function tenantNameMistake(name: string): string {
  if (name === '') return 'Enter a name';
  if (TENANT_NAME.test(name)) return '';
  const near = name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 63);
  return TENANT_NAME.test(near) ? `This cannot be a name; “${near}” can` : TENANT_NAME_RULE;
}
