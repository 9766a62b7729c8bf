/** /admin/tenants/{tenant}/connect: from “which client?” to its first request. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { IssuedCredential, NewCredential, TenantView } from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { paths } from '../paths.js';
import { keys, queries } from '../queries.js';
import { useAnnounce } from '../shell/announcements.js';
import { useCan } from '../shell/session.js';
import { ConnectForm } from './connect-form.js';
import { Connected } from './connected.js';
import { draftFor, newCredentialOf } from './draft.js';
import type { Provider } from './model.js';
import { PROVIDERS } from './providers.js';

export function ConnectPage() {
  const { tenant = '' } = useParams();
  const query = useQuery(queries.tenant(tenant));
  const can = useCan();
  return (
    <Page
      title="Connect"
      description={`Make a credential for ${tenant}, enter it at the identity provider, and see the first request come.`}
      trail={[{ text: tenant, href: paths.tenant(tenant) }]}
    >
      {can('credentials.write') ? (
        <Loaded query={query} what="the tenant">
          {(data) => <Connection key={tenant} tenant={data} />}
        </Loaded>
      ) : (
        <p>You may see credentials, and not make any. Ask an owner or an operator of this server.</p>
      )}
    </Page>
  );
}

/** The tenant that is for Okta begins with Okta. */
function firstProvider({ profile }: TenantView): Provider {
  return (PROVIDERS.find((provider) => provider.profile === profile) ?? PROVIDERS[0]) as Provider;
}

function Connection({ tenant }: { readonly tenant: TenantView }) {
  const [draft, setDraft] = useState(() => draftFor(firstProvider(tenant)));
  // The secret is here and nowhere else, until it was copied or the page is left.
  const [issued, setIssued] = useState<IssuedCredential>();
  const client = useQueryClient();
  const announce = useAnnounce();
  const { mutate, isPending, error } = useMutation({
    // Without a result, which the client of the queries would keep.
    mutationFn: async (wanted: NewCredential): Promise<void> =>
      setIssued(await api.post<IssuedCredential>(`/tenants/${part(tenant.name)}/credentials`, wanted)),
    onSuccess: () => {
      announce('The credential was made. What to enter on the other side is shown now.');
      scrollTo({ top: 0 });
      void client.invalidateQueries({ queryKey: keys.tenant(tenant.name) });
    },
  });
  if (!issued) {
    return (
      <ConnectForm
        tenant={tenant}
        draft={draft}
        onChange={setDraft}
        isPending={isPending}
        error={error}
        onSubmit={() => mutate(newCredentialOf(draft))}
      />
    );
  }
  return (
    <Connected
      tenant={tenant.name}
      provider={draft.provider}
      way={draft.way}
      issued={issued}
      onCopied={() => setIssued({ ...issued, secret: null })}
      onAnother={() => setIssued(undefined)}
    />
  );
}
