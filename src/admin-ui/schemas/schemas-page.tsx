/** /admin/tenants/{tenant}/schemas: what the tenant has beside the schemas of the server, as a document. */
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { useCan } from '../shell/session.js';
import { Editor } from './editor.js';
import { schemasOf } from './queries.js';

export function SchemasPage() {
  const { tenant = '' } = useParams();
  const can = useCan();
  const query = useQuery(schemasOf(tenant));
  return (
    <Page
      title="Schemas"
      description="Types of resources, extensions, and what must be there, for this tenant alone. Everything else follows: discovery, validation, filters, history, and the lists of this page."
      trail={[{ text: tenant, href: paths.tenant(tenant) }]}
    >
      <Loaded query={query} what="the schemas">
        {({ text }) => <Editor tenant={tenant} saved={text} mayChange={can('tenants.configure')} />}
      </Loaded>
      {can('directory.read') && <Offered tenant={tenant} />}
    </Page>
  );
}

/** What came of it. */
function Offered({ tenant }: { readonly tenant: string }) {
  const query = useQuery(queries.types(tenant));
  return (
    <Container header={<Header variant="h2">What this tenant offers</Header>}>
      <Loaded query={query} what="the types">
        {(types) => (
          <SpaceBetween size="xs">
            {types.map(({ name, endpoint }) => (
              <div key={name}>
                <Link href={paths.resources(tenant, name)}>{typeWords(name)}</Link>
                <Box variant="span" color="text-body-secondary">
                  {' '}
                  at <span className="monospace">{endpoint}</span>
                </Box>
              </div>
            ))}
          </SpaceBetween>
        )}
      </Loaded>
    </Container>
  );
}
