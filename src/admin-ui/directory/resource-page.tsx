/** One user, group or other resource: its attributes, what it belongs to or holds, and what has happened to it. */
import Box from '@cloudscape-design/components/box';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router';
import type { ResourceView } from '../../http/admin/messages.js';
import { ApiError } from '../api.js';
import { CopyButton } from '../components/copy-field.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { Time } from '../components/time.js';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { AttributeSections } from './attribute-sections.js';
import { nameOf } from './attributes.js';
import { GoneResource } from './gone-resource.js';
import { History } from './history.js';
import { Members } from './members.js';
import { directoryQueries } from './queries.js';
import { RawResource } from './raw-resource.js';
import { UserGroups } from './user-groups.js';

export function ResourcePage() {
  const { tenant = '', type = '', id = '' } = useParams();
  const one = useQuery(directoryQueries.resource(tenant, type, id));
  const isGone = one.error instanceof ApiError && one.error.status === 404;
  return (
    <Page
      title={one.data ? nameOf(one.data.resource, id) : isGone ? `${type} that is not there` : type}
      description={
        <>
          {type} <span className="monospace">{id}</span> <CopyButton label="the id" value={id} />
        </>
      }
      trail={[
        { text: tenant, href: paths.tenant(tenant) },
        { text: typeWords(type), href: paths.resources(tenant, type) },
      ]}
    >
      {isGone ? (
        <GoneResource tenant={tenant} type={type} id={id} />
      ) : (
        <Loaded query={one} what="the resource">
          {(resource) => (
            <>
              <Box color="text-body-secondary">
                Created <Time value={resource.created} />, last changed <Time value={resource.lastModified} />, version{' '}
                <span className="monospace">{resource.version}</span>
              </Box>
              <Parts key={id} tenant={tenant} resource={resource} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}

/** The tab that is shown stands in the address. */
function Parts({ tenant, resource }: { readonly tenant: string; readonly resource: ResourceView }) {
  const [search, setSearch] = useSearchParams();
  const types = useQuery(queries.types(tenant));
  const hasMembers = types.data?.find(({ name }) => name === resource.type)?.hasMembers ?? false;
  const place = { tenant, type: resource.type, id: resource.id };
  const tabs = [
    { id: 'attributes', label: 'Attributes', content: <AttributeSections resource={resource.resource} /> },
    ...(hasMembers ? [{ id: 'members', label: 'Members', content: <Members {...place} /> }] : []),
    ...(resource.type === 'User'
      ? [{ id: 'groups', label: 'Groups', content: <UserGroups tenant={tenant} user={resource.resource} /> }]
      : []),
    { id: 'history', label: 'History', content: <History {...place} /> },
    { id: 'json', label: 'JSON', content: <RawResource resource={resource.resource} /> },
  ];
  const wanted = search.get('tab');
  return (
    <Tabs
      tabs={tabs}
      activeTabId={tabs.some(({ id }) => id === wanted) ? (wanted as string) : 'attributes'}
      ariaLabel="Parts of the resource"
      onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
    />
  );
}
