/**
 * Microsoft Entra ID: its own form, and those of gallery apps, which differ in their fields alone.
 * Source: “Develop and plan provisioning for a SCIM endpoint”, the gallery tutorials, and Microsoft’s guide to workload
 * identity federation for SCIM provisioning.
 */
import type { FieldPlan, Way } from './model.js';

const TEST =
  'Press Test Connection. Entra asks for a user that cannot exist and wants an empty list; that request appears here. Save, then start provisioning.';

const FLAG =
  'If the form has no field “Token Endpoint”, add ?feature.userProvisioningV2Authentication=true to the address of the portal, before the #, and open the page again.';

interface Gallery {
  readonly label: string;
  readonly description: string;
  /** The name of the app in the gallery. */
  readonly app: string;
  readonly fields: readonly FieldPlan[];
  /** True: the form shows fields for OAuth only after the address of the portal was changed. */
  readonly needsFlag?: boolean;
}

function placeOf(app: string): string[] {
  return [
    `In the Microsoft Entra admin center, open Enterprise applications and ${app}.`,
    'Open Provisioning, set Provisioning Mode to Automatic, and open Admin Credentials.',
  ];
}

/** One way of connecting an app of the Entra gallery. */
export function inEntra(id: string, kind: Way['kind'], gallery: Gallery): Way {
  const { label, description, app, fields, needsFlag = false } = gallery;
  return { id, kind, label, description, place: [...placeOf(app), ...(needsFlag ? [FLAG] : [])], fields, test: TEST };
}

const OWN_APP = placeOf('your application (New application › Create your own, when there is none yet)');

/** The ways of an application of one’s own. */
export const ENTRA_WAYS: readonly Way[] = [
  {
    id: 'entra-token',
    kind: 'token',
    label: 'Secret Token',
    description: 'A bearer token: works with every application that is not from the gallery.',
    place: OWN_APP,
    fields: [
      { label: 'Tenant URL', from: 'scimUrl' },
      { label: 'Secret Token', from: 'secret' },
    ],
    test: TEST,
  },
  {
    id: 'entra-client',
    kind: 'client',
    label: 'OAuth 2.0 client credentials',
    description: 'A client id and a secret; Entra fetches short-lived tokens with them. The gallery wants this.',
    place: [...OWN_APP, FLAG],
    fields: [
      { label: 'Authentication Method', text: 'OAuth2 Client Credentials Grant' },
      { label: 'Tenant URL', from: 'scimUrl' },
      { label: 'Token Endpoint', from: 'tokenEndpoint' },
      { label: 'Client Identifier', from: 'identifier' },
      { label: 'Client Secret', from: 'secret' },
    ],
    test: TEST,
  },
  {
    id: 'entra-workload',
    kind: 'federation',
    label: 'Workload identity federation',
    description: 'No secret: Entra proves who it is with a token that it signs, and gets a short-lived one for it.',
    place: OWN_APP,
    fields: [
      { label: 'Tenant URL', from: 'scimUrl' },
      { label: 'Token Endpoint', from: 'tokenEndpoint' },
      { label: 'Client Identifier', from: 'identifier' },
    ],
    test: TEST,
    trust: 'entra-workload',
  },
  {
    id: 'entra-blank',
    kind: 'federation',
    label: 'No secret (Secret Token left empty)',
    description: 'Entra sends a token that it signs itself. Microsoft means this for tests, not for production.',
    place: OWN_APP,
    fields: [
      { label: 'Tenant URL', from: 'scimUrl' },
      { label: 'Secret Token', text: '', hint: 'Leave it empty.' },
    ],
    test: TEST,
    trust: 'entra-token',
  },
];
