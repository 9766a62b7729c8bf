/**
 * Profiles: which deviations from the RFC a tenant's client needs. A rule is named here once, with the client that
 * needs it, what it sends, and the clause it bends; the code that bends asks the request's Dialect, which notes it.
 * Beyond these rules everything is plain SCIM.
 */

interface Rule {
  /** Who sends it, or demands it. */
  readonly client: string;
  /** What is seen on the wire. */
  readonly example: string;
  /** The clause that a strict server would go by. */
  readonly bends: string;
}

/** Every rule. The effect is in the name; the log shows the names that a request needed. */
export const RULES = {
  'any-case-op': {
    client: 'Entra without aadOptscim062020',
    example: '{"op":"Replace","path":"active","value":false}',
    bends: 'RFC 7644 §3.5.2: op is one of add, remove, replace',
  },
  'string-boolean': {
    client: 'Entra (active, primary)',
    example: '{"op":"Replace","path":"active","value":"False"}, roles[primary eq "True"]',
    bends: 'RFC 7643 §2.3.2: a boolean is true or false without quotes',
  },
  'number-as-string': {
    client: 'Entra expression mappings',
    example: '"employeeNumber":4711, or "4711" for an integer',
    bends: 'RFC 7643 §2.3: the JSON type follows the attribute type',
  },
  'patch-without-schemas': {
    client: 'Keycloak SCIM clients, boxyhq',
    example: '{"Operations":[…]}',
    bends: 'RFC 7644 §3.5.2: the body must contain schemas',
  },
  'create-from-filter': {
    client: 'Entra',
    example: 'replace emails[type eq "work"].value when there is no work e-mail',
    bends: 'RFC 7644 §3.5.2.3: a value filter without a match is noTarget',
  },
  'path-as-key': {
    client: 'Entra with aadOptscim062020',
    example: '{"op":"replace","value":{"name.givenName":"Lin","urn:…:User:department":"Ops"}}',
    bends: 'RFC 7644 §3.5.2: value holds attributes, not paths',
  },
  'extension-without-urn': {
    client: 'Entra (manager, department)',
    example: '{"op":"Add","path":"manager","value":[{"value":"42"}]}',
    bends: 'RFC 7644 §3.10: an attribute of an extension is named with its URN',
  },
  'urn-dot': {
    client: 'Entra job kind customappsso',
    example: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager',
    bends: 'RFC 7644 §3.10: a colon separates the URN from the attribute',
  },
  'remove-listed-values': {
    client: 'Entra, JumpCloud',
    example: '{"op":"Remove","path":"members","value":[{"value":"42"}]}',
    bends: 'RFC 7644 §3.5.2.2: remove without a filter removes all values',
  },
  'bare-value': {
    client: 'Entra (manager), Microsoft reference tests (members)',
    example: '{"op":"add","path":"manager","value":"42"}',
    bends: 'RFC 7643 §2.3.8: a complex value is an object',
  },
  'array-for-single': {
    client: 'Entra (manager)',
    example: '{"op":"Add","path":"manager","value":[{"value":"42"}]}',
    bends: 'RFC 7643 §2.4: a singular attribute has one value',
  },
  'single-for-array': {
    client: 'several',
    example: '{"op":"add","path":"emails","value":{"value":"lin@example.com"}}',
    bends: 'RFC 7643 §2.4: the values of a multi-valued attribute are an array',
  },
  'empty-clears': {
    client: 'Entra',
    example: '{"op":"replace","path":"nickName","value":""}, manager {"value":""}',
    bends: 'RFC 7643 §2.5: only null and the empty array are unassigned',
  },
  'unknown-attribute': {
    client: 'Entra, Okta, Microsoft reference tests',
    example: 'a POST with "department" at the top level, or a misspelt name',
    bends: 'RFC 7643 §3: a resource has the attributes of its schemas',
  },
  'unknown-schema': {
    client: 'Entra (ADSCIM Group URN), OneLogin (SCIM 1 URN)',
    example: '"schemas":["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group", …]',
    bends: 'RFC 7643 §3.1: schemas lists the schemas of the resource type',
  },
  'unlisted-schema': {
    client: 'Entra (custom extensions)',
    example: 'an extension object whose URN is not in schemas, or no schemas at all',
    bends: 'RFC 7643 §3.1: schemas names every schema in the body',
  },
  'read-only-ignored': {
    client: 'Okta',
    example: '{"op":"replace","value":{"id":"9067","displayName":"Sales"}}',
    bends: 'RFC 7644 §3.5.2: changing a readOnly attribute is an error',
  },
  'unquoted-literal': {
    client: 'Microsoft reference tests',
    example: 'userName sw O',
    bends: 'RFC 7644 §3.4.2.2: a string literal is quoted',
  },
  'value-path-in-attributes': {
    client: 'Microsoft reference tests',
    example: '?attributes=emails[type eq "work"]',
    bends: 'RFC 7644 §3.9: attributes lists attribute names',
  },
  'members-kept-by-put': {
    client: 'clients that PUT a group without its members',
    example: 'PUT /Groups/9067 {"displayName":"Sales"}',
    bends: 'RFC 7644 §3.5.1: an omitted attribute may be cleared',
  },
  'unique-group-name': {
    client: 'Entra (validator, duplicate group)',
    example: 'a second POST /Groups with the same displayName is 409',
    bends: 'RFC 7643 §8.7.1: displayName of Group is not unique',
  },
  'no-body-after-group-patch': {
    client: 'Entra',
    example: 'PATCH /Groups/9067 answers 204',
    bends: 'none: RFC 7644 §3.5.2 allows both answers',
  },
  'list-external-id': {
    client: 'Entra (validation of the mapped attributes)',
    example: 'GET /Schemas lists externalId among the attributes of User and Group',
    bends: 'RFC 7643 §3.1: common attributes are part of no schema',
  },
  'hide-unreadable': {
    client: 'Entra (validator, discover schema)',
    example: 'GET /Schemas without password',
    bends: 'RFC 7643 §7: a schema lists all its attributes',
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

/** Rules that change what is announced or demanded rather than what is understood: not every client wants them. */
const BY_CLIENT: readonly RuleName[] = [
  'unique-group-name',
  'no-body-after-group-patch',
  'list-external-id',
  'hide-unreadable',
];

const LENIENT = (Object.keys(RULES) as RuleName[]).filter((name) => !BY_CLIENT.includes(name));

/** Which rules a profile has. `entra` is the default of a new tenant. */
export const PROFILES = {
  entra: new Set<RuleName>([...LENIENT, ...BY_CLIENT]),
  okta: new Set<RuleName>([...LENIENT, 'unique-group-name', 'no-body-after-group-patch']),
  strict: new Set<RuleName>(),
} as const satisfies Record<string, ReadonlySet<RuleName>>;

export type ProfileName = keyof typeof PROFILES;

/** The profile of one request, and the rules that the request needed. */
export class Dialect {
  private readonly needed = new Set<RuleName>();

  constructor(private readonly rules: ReadonlySet<RuleName>) {}

  /** True when the profile has the rule. Does not say that the request needed it. */
  has(rule: RuleName): boolean {
    return this.rules.has(rule);
  }

  /** Call where strict reading would refuse or act otherwise: true, and noted, when the profile bends here. */
  bend(rule: RuleName): boolean {
    if (!this.rules.has(rule)) return false;
    this.needed.add(rule);
    return true;
  }

  /** The rules that this request needed, in the order they were met. */
  get met(): RuleName[] {
    return [...this.needed];
  }
}
