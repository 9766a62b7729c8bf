/**
 * How each identity provider is connected: which credentials its form takes, the fields of that form in its own words
 * and order, and what to press to test it. Data alone; what fills a field is in fields.ts.
 */
import { ENTRA_WAYS, inEntra } from './entra.js';
import type { Provider, Way } from './model.js';
import { OKTA } from './okta.js';
import { OTHER } from './other.js';

const ENTRA: Provider = {
  id: 'entra',
  name: 'Microsoft Entra ID',
  description: 'An enterprise application of your own, or one from the gallery',
  profile: 'entra',
  ways: ENTRA_WAYS,
};

const NETSKOPE: Provider = {
  id: 'netskope',
  name: 'Netskope (through Entra)',
  description: 'The Netskope app of the Entra gallery: users and groups',
  profile: 'entra',
  ways: [
    inEntra('netskope-token', 'token', {
      label: 'Secret Token',
      description: 'A bearer token, as Netskope issues them for a named client.',
      app: 'Netskope',
      fields: [
        { label: 'Tenant URL', from: 'scimUrl' },
        { label: 'Secret Token', from: 'secret' },
      ],
    }),
  ],
};

const N_ABLE: Provider = {
  id: 'n-able',
  name: 'N-able (through Entra)',
  description: 'The N-able app of the Entra gallery',
  profile: 'entra',
  ways: [
    inEntra('n-able-client', 'client', {
      label: 'OAuth 2.0 client credentials',
      description: 'A client id and a secret; Entra fetches short-lived tokens with them.',
      app: 'N-able',
      needsFlag: true,
      fields: [
        { label: 'Authentication Method', text: 'OAuth2 Client Credentials Grant' },
        { label: 'Tenant URL', from: 'scimUrl' },
        { label: 'Token Endpoint', from: 'tokenEndpoint' },
        { label: 'Client Identifier', from: 'identifier' },
        { label: 'Client Secret', from: 'secret' },
      ],
    }),
  ],
};

const NETSUITE: Provider = {
  id: 'netsuite',
  name: 'NetSuite (through Entra)',
  description: 'The NetSuite app of the Entra gallery: users alone',
  profile: 'entra',
  ways: [
    inEntra('netsuite-basic', 'basic', {
      label: 'Admin user name and password',
      description: 'The only way that this app has.',
      app: 'NetSuite',
      fields: [
        { label: 'Tenant URL', from: 'scimUrl', hint: 'Where the form asks for an address.' },
        { label: 'Admin Username', from: 'identifier' },
        { label: 'Admin Password', from: 'secret' },
      ],
    }),
  ],
};

const SAMANAGE: Provider = {
  id: 'samanage',
  name: 'SolarWinds Service Desk (Samanage, through Entra)',
  description: 'The SolarWinds Service Desk app of the Entra gallery',
  profile: 'entra',
  ways: [
    inEntra('samanage-token', 'token', {
      label: 'Secret Token',
      description: 'For apps whose form asks for a Secret Token, as all newer ones do.',
      app: 'SolarWinds Service Desk',
      fields: [
        { label: 'Tenant URL', from: 'scimUrl' },
        { label: 'Secret Token', from: 'secret' },
      ],
    }),
    inEntra('samanage-basic', 'basic', {
      label: 'Admin user name and password',
      description: 'For older apps, whose form still asks for Admin Username and Admin Password.',
      app: 'SolarWinds Service Desk',
      fields: [
        { label: 'Tenant URL', from: 'scimUrl', hint: 'Where the form asks for an address.' },
        { label: 'Admin Username', from: 'identifier' },
        { label: 'Admin Password', from: 'secret' },
      ],
    }),
  ],
};

/** Enough for a first user; attributes are added in the same way. */
const ONELOGIN_TEMPLATE = JSON.stringify({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: '{$parameters.scimusername}',
  name: { givenName: '{$user.firstname}', familyName: '{$user.lastname}' },
  emails: [{ value: '{$user.email}', type: 'work', primary: true }],
});

const ONELOGIN: Provider = {
  id: 'onelogin',
  name: 'OneLogin',
  description: 'The app “SCIM Provisioner with SAML (SCIM v2 Core)” or “… Enterprise”',
  profile: 'entra',
  ways: [
    {
      id: 'onelogin-token',
      kind: 'token',
      label: 'SCIM Bearer Token',
      description: 'A bearer token: what OneLogin’s SCIM apps take.',
      place: [
        'In the OneLogin administration, open Applications, add the app “SCIM Provisioner with SAML (SCIM v2 Enterprise)” and save it.',
        'Open its Configuration tab.',
      ],
      fields: [
        { label: 'SCIM Base URL', from: 'scimUrl' },
        {
          label: 'SCIM JSON Template',
          text: ONELOGIN_TEMPLATE,
          hint: 'What OneLogin sends for a user. Leave what the app has, unless it names schemas of SCIM 1.',
        },
        { label: 'SCIM Bearer Token', from: 'secret' },
      ],
      test: 'Press Enable beside API Status. Then turn on “Enable provisioning” on the Provisioning tab, and assign a user.',
    },
  ],
};

export const PROVIDERS: readonly Provider[] = [ENTRA, OKTA, NETSKOPE, N_ABLE, NETSUITE, SAMANAGE, ONELOGIN, OTHER];

/** How a credential is entered somewhere, when nobody has noted where: in the words of the standards. */
export function wayOf(kind: Way['kind']): Way {
  return OTHER.ways.find((way) => way.kind === kind) as Way;
}
