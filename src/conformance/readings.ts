/**
 * Checks that no server can pass together: what the RFCs want refused, or read in another way, some clients send. A server
 * that is said to read in one way (`--reads`) is not asked for what belongs to the other. Unless that is said, everything
 * is asked. test/conformance/everything.test.ts holds this list to what a server of each kind really does.
 */

/** `strict`: what the RFCs do not allow is refused. `lenient`: what clients really send is taken. */
export const READINGS = ['strict', 'lenient'] as const;
export type Reading = (typeof READINGS)[number];

/** Checks that a server of this kind is not asked, and why. */
export interface Exemption {
  readonly reading: Reading;
  /** One or two sentences. */
  readonly reason: string;
  /** Ids. */
  readonly checks: readonly string[];
}

/** Of a strict server first, then of a lenient one. */
export const EXEMPTIONS: readonly Exemption[] = [
  {
    reading: 'strict',
    reason:
      'RFC 7644 §3.5.2 writes the names of operations in lower case; these send them with a capital, as Entra does.',
    checks: [
      ...each(
        'entra.logic-app',
        `02-update-user 03-disable-user 05-update-manager 06-restore-disabled-user 09-update-group
         11-add-member 12-remove-member 25-update-manager`,
      ),
      ...each(
        'entra.deprovisioning',
        `disabled-user-by-id disabled-user-by-filter enable-keeps-id enable-keeps-memberships`,
      ),
      ...each(
        'entra.dialect',
        `disable-string disable-boolean enable-string enable-add single-string single-string-replaces
         several-attributes sub-attribute sub-attribute-creates path-case op-any-case typed-value
         typed-value-creates typed-value-keeps-others capital-sub-attribute phones primary-string
         primary-boolean typed-address other-address joins-later element-order-primary-type-value
         element-order-primary-value-type element-order-type-primary-value element-order-type-value-primary
         element-order-value-primary-type element-order-value-type-primary extension extension-urn-case
         dot-form manager-array manager-urn-array manager-string manager-object manager-replace-string
         manager-replace-object manager-bare-string manager-bare-object manager-dot-form manager-clear-text
         manager-clear-object manager-clear-null manager-clear-bare manager-remove role-single
         role-single-changes role-json-text roles-add-keeps roles-add-once clear-text
         clear-sub-attribute-text clear-element-text clear-extension-text clear-null clear-sub-attribute-null
         clear-element-null clear-extension-null member-add member-add-keeps member-add-several
         member-add-twice member-add-string member-remove-value member-remove-several member-remove-absent
         member-remove-all rename rename-conflict group-rename group-external-id custom-extension-patch
         everything`,
      ),
      ...each(
        'entra.answers',
        `external-id-changes disabled-is-found patch-answer group-patch-answer nested-group many-members-add
         many-members-remove`,
      ),
    ],
  },
  {
    reading: 'strict',
    reason: 'RFC 7643 §2.3.2 has no booleans in quotation marks, which Entra and Postman send.',
    checks: [
      ...each(
        'entra.validator',
        `u01-create-user u01-create-keeps-attributes u06-replace-attributes u08-disable-string
         u09-add-attributes`,
      ),
      ...each('entra.answers', 'active-string-in-post primary-string-in-post'),
      ...each('clients.postman', 'string-boolean'),
    ],
  },
  {
    reading: 'strict',
    reason:
      'RFC 7644 §3.5.2.1 and §3.5.2.3 refuse a filter in a path that selects nothing; Entra expects the element to be made.',
    checks: [...each('entra.validator', 'u09-add-primary'), ...each('entra.compliant-dialect', 'typed-value-creates')],
  },
  {
    reading: 'strict',
    reason: 'RFC 7643 §4.3 has manager as a complex attribute; Entra sends the id alone.',
    checks: [
      ...each('entra.validator', 'u10-add-manager-string u11-replace-manager-string u12-remove-manager-string'),
      ...each('entra.compliant-dialect', 'manager'),
    ],
  },
  {
    reading: 'strict',
    reason: 'RFC 7643 §8.7.1 lets groups have the same displayName; Entra expects the second one to be refused.',
    checks: [...each('entra.validator', 'g02-create-duplicate'), ...each('entra.answers', 'group-conflict')],
  },
  {
    reading: 'strict',
    reason:
      'RFC 7644 §3.5.2.2 removes what the path selects; Entra and JumpCloud name the members to remove in the value.',
    checks: [...each('entra.validator', 'g11-remove-member-value'), ...each('clients.jumpcloud', 'remove-member')],
  },
  {
    reading: 'strict',
    reason: 'RFC 7643 §3.1 keeps common attributes out of the schemas; Entra looks for externalId in them.',
    checks: [...each('entra.logic-app', '15-default-mapping 15-group-mapping')],
  },
  {
    reading: 'strict',
    reason:
      'RFC 7643 §3 and §3.3 list each extension of a body in schemas, and refuse what the server does not know; clients leave it out, or send more.',
    checks: [
      ...each('entra.dialect', 'custom-extension-unknown custom-extension-unlisted'),
      ...each('entra.answers', 'post-unknown-schema group-old-urn'),
      ...each('clients.onelogin', 'scim-1-urn'),
    ],
  },
  {
    reading: 'strict',
    reason:
      'RFC 7644 §3.10 has paths in PATCH operations and filters, with the URN of the extension; Entra writes them as keys, and leaves the URN out. Names that the schema does not have may be refused, and so they are by a server to the letter.',
    checks: [
      ...each(
        'entra.compliant-dialect',
        `dotted-keys dotted-keys-keep urn-keys urn-keys-keep many-attributes filtered-key`,
      ),
      ...each(
        'entra.answers',
        `post-top-level-extension put-misspelt manager-check-id-first manager-check-manager-first`,
      ),
      ...each('okta.dialect', 'put-unknown-attribute'),
    ],
  },
  {
    reading: 'strict',
    reason: 'RFC 7643 §3.1 has the id as readOnly, which a PATCH may not set (RFC 7644 §3.5.2); Okta sends it along.',
    checks: [...each('okta.dialect', `rename-group rename-to-same rename-keeps-members push-without-path`)],
  },
  {
    reading: 'strict',
    reason: 'RFC 7644 §3.5.2 demands the URN of PatchOp in schemas; Keycloak leaves it out.',
    checks: [...each('clients.keycloak', 'patch-without-schemas')],
  },
  {
    reading: 'strict',
    reason: 'RFC 7644 §3.4.2.2 has texts in a filter in quotation marks; Entra and Postman leave them out.',
    checks: [
      ...each('entra.connection', 'unquoted-literal'),
      ...each('clients.postman', 'unquoted-literal unquoted-in-parentheses unquoted-time'),
    ],
  },
  {
    reading: 'strict',
    reason: 'RFC 7644 §3.9 names attributes, without filters in them.',
    checks: [...each('clients.postman', 'attributes-by-type attributes-by-value')],
  },
  {
    reading: 'strict',
    reason:
      'RFC 7643 §4.2 knows what a member is made of, and members as an array; Postman sends other keys, and the id alone.',
    checks: [...each('clients.postman', 'extra-key-in-member member-as-text')],
  },
  {
    reading: 'lenient',
    reason:
      'A server that takes bodies as clients send them does not refuse values of other types, or schemas that it does not know.',
    checks: each('rfc.create', 'wrong-schema number-for-string-refused string-for-list-refused'),
  },
  {
    reading: 'lenient',
    reason:
      'A server that takes filters as clients send them reads texts without quotation marks, or with single ones.',
    checks: each('rfc.filter', 'syntax-unquoted syntax-single-quotes'),
  },
  {
    reading: 'lenient',
    reason: 'Keycloak and others send PATCH without schemas, so a server for them does not demand it.',
    checks: each('rfc.patch.message', 'no-schemas no-schemas-type'),
  },
  {
    reading: 'lenient',
    reason:
      'Entra expects that a replace makes the element which its filter does not find, where RFC 7644 §3.5.2.3 has noTarget.',
    checks: each('rfc.patch.replace', 'no-match no-match-sub-attribute'),
  },
];

/** Why a server that reads so is not asked this; undefined: it is. */
export function exemptionOf(id: string, reading: Reading): Exemption | undefined {
  return EXEMPTIONS.find((exemption) => exemption.reading === reading && exemption.checks.includes(id));
}

function each(area: string, names: string): string[] {
  return names.split(/\s+/).map((name) => `${area}.${name}`);
}
