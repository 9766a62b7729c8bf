/** How a tenant is set: its profile, its limit, whether it takes passwords. */
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TenantView } from '../../http/admin/messages.js';
import { CopyButton } from '../components/copy-field.js';
import { count } from '../components/format.js';
import { Loaded } from '../components/loaded.js';
import { Time } from '../components/time.js';
import { PROFILE_WORDS } from '../components/words.js';
import { queries } from '../queries.js';
import { useCan } from '../shell/session.js';
import { EditDialog } from './edit-dialog.js';

export function SettingsBox({ tenant }: { readonly tenant: TenantView }) {
  const [isEditing, setEditing] = useState(false);
  const can = useCan();
  const mayEdit = can('tenants.configure') || can('tenants.control');
  const { profile, requestLimit, allowsBasic, created } = tenant;
  const limit = requestLimit === null ? 'As the server has it' : `${count(requestLimit, 'request')} per second`;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            mayEdit && (
              <Button onClick={() => setEditing(true)} ariaLabel="Edit the settings">
                Edit
              </Button>
            )
          }
        >
          Settings
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        minColumnWidth={200}
        items={[
          { label: 'Profile', value: <Profile name={profile} /> },
          { label: 'Request limit', value: limit },
          { label: 'User name and password (HTTP Basic)', value: allowsBasic ? 'Allowed' : 'Not allowed' },
          { label: 'Created', value: <Time value={created} exact /> },
          ...(can('credentials.read') ? [{ label: 'Tenant URL', value: <Address tenant={tenant.name} /> }] : []),
        ]}
      />
      {isEditing && <EditDialog tenant={tenant} onClose={() => setEditing(false)} />}
    </Container>
  );
}

function Profile({ name }: { readonly name: string }) {
  const words = PROFILE_WORDS[name];
  return (
    <>
      {words?.label ?? name}
      {words && (
        <Box variant="small" display="block" color="text-body-secondary">
          {words.description}
        </Box>
      )}
    </>
  );
}

function Address({ tenant }: { readonly tenant: string }) {
  const query = useQuery(queries.connection(tenant));
  return (
    <Loaded query={query} what="the address">
      {({ scimUrl }) => (
        <div className="copy-field">
          <span className="monospace">{scimUrl}</span>
          <CopyButton label="Tenant URL" value={scimUrl} />
        </div>
      )}
    </Loaded>
  );
}
