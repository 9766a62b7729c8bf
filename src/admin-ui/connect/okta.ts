/** Okta’s app integrations: OAuth is not among what they offer for SCIM. */
import type { FieldPlan, Provider } from './model.js';

const OKTA_PLACE = [
  'Open your app integration in the Okta admin console. On its General tab, edit App Settings, choose SCIM for Provisioning and save.',
  'On the Provisioning tab, choose Integration and edit SCIM Connection.',
];
const OKTA_TEST =
  'Press Test Connector Configuration. Okta says which actions it can use; requests appear here at the same time. Save, then turn on Create, Update and Deactivate under To App.';
const OKTA_FIELDS: readonly FieldPlan[] = [
  { label: 'SCIM connector base URL', from: 'scimUrl' },
  { label: 'Unique identifier field for users', text: 'userName' },
  {
    label: 'Supported provisioning actions',
    text: 'Import New Users and Profile Updates, Push New Users, Push Profile Updates, Push Groups',
    hint: 'Tick these four. Import Groups only if groups that exist here shall come to Okta.',
  },
];

export const OKTA: Provider = {
  id: 'okta',
  name: 'Okta',
  description: 'An app integration with SCIM provisioning',
  profile: 'okta',
  ways: [
    {
      id: 'okta-header',
      kind: 'token',
      label: 'HTTP Header',
      description: 'A bearer token: what Okta offers that is safest for SCIM.',
      place: OKTA_PLACE,
      fields: [
        ...OKTA_FIELDS,
        { label: 'Authentication Mode', text: 'HTTP Header' },
        { label: 'Authorization', from: 'secret', hint: 'Okta puts “Bearer” before it by itself.' },
      ],
      test: OKTA_TEST,
    },
    {
      id: 'okta-basic',
      kind: 'basic',
      label: 'Basic Auth',
      description: 'User name and password. Choose it only when your rules demand it.',
      place: OKTA_PLACE,
      fields: [
        ...OKTA_FIELDS,
        { label: 'Authentication Mode', text: 'Basic Auth' },
        { label: 'Username', from: 'identifier' },
        { label: 'Password', from: 'secret' },
      ],
      test: OKTA_TEST,
    },
  ],
};
