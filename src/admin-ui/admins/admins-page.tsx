/** Who may use this page: admins, those who are invited, and the tokens of scripts. */
import Tabs from '@cloudscape-design/components/tabs';
import { useSearchParams } from 'react-router';
import { Page } from '../components/page.js';
import { AdminsTable } from './admins-table.js';
import { InvitationsTable } from './invitations-table.js';
import { TokensTable } from './tokens-table.js';

const TABS = [
  { id: 'admins', label: 'Admins', content: <AdminsTable /> },
  { id: 'invitations', label: 'Invitations', content: <InvitationsTable /> },
  { id: 'tokens', label: 'Admin tokens', content: <TokensTable /> },
];

export function AdminsPage() {
  const [search, setSearch] = useSearchParams();
  const wanted = search.get('tab');
  return (
    <Page title="Admins" description="Who may use this page and the admin API, and what they may do.">
      <Tabs
        tabs={TABS}
        activeTabId={TABS.find(({ id }) => id === wanted)?.id ?? 'admins'}
        ariaLabel="Admins, invitations and tokens"
        onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
      />
    </Page>
  );
}
