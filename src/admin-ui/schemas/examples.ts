/** Documents to begin with. A test saves each of them. */

export interface Example {
  readonly id: string;
  readonly text: string;
  readonly description: string;
  readonly document: object;
}

export const EXAMPLES: readonly Example[] = [
  {
    id: 'required',
    text: 'Attributes that users must have',
    description: 'As N-able asks for them',
    document: { policy: { User: { required: ['active', 'name.givenName', 'name.familyName'] } } },
  },
  {
    id: 'extension',
    text: 'An extension of users',
    description: 'Attributes beyond those of the standard',
    document: {
      schemas: [
        {
          id: 'urn:example:scim:schemas:extension:Badge',
          name: 'Badge',
          attributes: [{ name: 'number', type: 'string' }],
        },
      ],
      policy: {
        User: { extensions: [{ schema: 'urn:example:scim:schemas:extension:Badge', required: false }] },
      },
    },
  },
  {
    id: 'type',
    text: 'A type of resource',
    description: 'Devices, with an endpoint of their own',
    document: {
      schemas: [
        {
          id: 'urn:example:scim:schemas:Device',
          name: 'Device',
          attributes: [
            { name: 'serial', type: 'string', required: true, uniqueness: 'server' },
            { name: 'model', type: 'string' },
          ],
        },
      ],
      resourceTypes: [
        {
          name: 'Device',
          endpoint: '/Devices',
          schema: 'urn:example:scim:schemas:Device',
          'scim-target': { display: 'serial', lookups: ['model'] },
        },
      ],
    },
  },
  {
    id: 'roles',
    text: 'Roles and entitlements',
    description: 'Lists of what users can be given, and a check that they are given nothing else',
    document: { roles: true, checkRoles: true },
  },
];

/** As it is put into the editor. */
export function textOf(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
