/** Any other client, in the words of the standards. */
import type { FieldPlan, Provider, Way } from './model.js';

const URL_FIELD: FieldPlan = {
  label: 'SCIM base URL',
  from: 'scimUrl',
  hint: 'Also called Tenant URL, SCIM endpoint or service provider URL.',
};

function way(kind: Way['kind'], rest: Pick<Way, 'label' | 'description' | 'fields' | 'trust'>): Way {
  return {
    id: `other-${kind}`,
    kind,
    place: ['Open the provisioning settings of the client, and choose SCIM 2.0.'],
    test: 'Test the connection there, or let it run once: every request that comes appears here.',
    ...rest,
  };
}

export const OTHER: Provider = {
  id: 'other',
  name: 'Another client',
  description: 'Anything that speaks SCIM 2.0: PingFederate, SailPoint, JumpCloud, a program of your own',
  profile: 'entra',
  ways: [
    way('client', {
      label: 'OAuth 2.0 client credentials',
      description:
        'A client id and a secret; the client fetches short-lived tokens with them. Best where it is offered.',
      fields: [
        URL_FIELD,
        { label: 'Token endpoint', from: 'tokenEndpoint' },
        { label: 'Client ID', from: 'identifier' },
        { label: 'Client secret', from: 'secret' },
        { label: 'Scope', from: 'scopes', hint: 'May be left empty: then it is all that is allowed.' },
      ],
    }),
    way('token', {
      label: 'Bearer token',
      description: 'One long-lived secret that is sent with each request. Nearly every client can do it.',
      fields: [
        URL_FIELD,
        { label: 'Bearer token', from: 'secret', hint: 'Sent as: Authorization: Bearer, a blank, and the token.' },
      ],
    }),
    way('federation', {
      label: 'Federation',
      description: 'No secret: the client’s identity provider signs tokens, and this server trusts it.',
      fields: [
        URL_FIELD,
        {
          label: 'Token endpoint',
          from: 'tokenEndpoint',
          hint: 'To exchange a signed token for one of ours; it may also be sent as it is.',
        },
        { label: 'Client ID', from: 'identifier' },
        { label: 'Metadata', from: 'metadata', hint: 'For clients that read the addresses themselves (RFC 8414).' },
      ],
      trust: 'any',
    }),
    way('basic', {
      label: 'User name and password',
      description: 'HTTP Basic. Choose it only when the client has nothing better.',
      fields: [URL_FIELD, { label: 'User name', from: 'identifier' }, { label: 'Password', from: 'secret' }],
    }),
  ],
};
