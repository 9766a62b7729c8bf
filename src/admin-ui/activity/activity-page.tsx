/** What clients have requested of a tenant, or of no tenant that exists; new requests come by themselves. */
import { useParams, useSearchParams } from 'react-router';
import { Page } from '../components/page.js';
import { paths } from '../paths.js';
import { ActivityList } from './activity-list.js';
import { ExportButtons } from './export-buttons.js';
import { filterOf } from './filter.js';

export function ActivityPage() {
  const { tenant = '' } = useParams();
  const [search] = useSearchParams();
  return (
    <Page
      title="Activity"
      description={`What clients have requested of ${tenant}, and what came of it.`}
      actions={<ExportButtons tenant={tenant} filter={filterOf(search)} />}
      trail={[{ text: tenant, href: paths.tenant(tenant) }]}
    >
      <ActivityList key={tenant} scope={tenant} />
    </Page>
  );
}

/** For those who look after the server: wrong addresses, and credentials that nobody has. */
export function StrayActivityPage() {
  return (
    <Page
      title="Requests without a tenant"
      description="Requests whose address and credential belong to no tenant. A client that is set up wrongly often shows here."
    >
      <ActivityList scope={undefined} />
    </Page>
  );
}
