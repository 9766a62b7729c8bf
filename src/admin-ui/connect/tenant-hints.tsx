/** What of the tenant does not go together with what is to be connected, with a button that mends it. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import type { TenantPatch, TenantView } from '../../http/admin/messages.js';
import { ErrorBox } from '../components/error-box.js';
import { PROFILE_WORDS } from '../components/words.js';
import { useCan } from '../shell/session.js';
import { usePatchTenant } from '../tenant/changes.js';
import type { Draft } from './draft.js';

interface Props {
  readonly tenant: TenantView;
  readonly draft: Draft;
}

export function TenantHints({ tenant, draft: { provider, way } }: Props) {
  const wanted = PROFILE_WORDS[provider.profile]?.label ?? provider.profile;
  const has = PROFILE_WORDS[tenant.profile]?.label ?? tenant.profile;
  return (
    <>
      {way.kind === 'basic' && !tenant.allowsBasic && (
        <Hint
          tenant={tenant.name}
          header="This tenant does not take user names and passwords yet"
          patch={{ allowsBasic: true }}
          action="Allow them"
          done="User name and password are allowed now."
        >
          Until they are allowed, requests with this credential are refused.
        </Hint>
      )}
      {provider.id !== 'other' && tenant.profile !== provider.profile && (
        <Hint
          tenant={tenant.name}
          header={`The profile of this tenant is for ${has}`}
          patch={{ profile: provider.profile }}
          action={`Change it to ${wanted}`}
          done={`The profile is for ${wanted} now.`}
        >
          {provider.name} is understood best with the profile for {wanted}. Leave it when something else is connected to
          this tenant.
        </Hint>
      )}
    </>
  );
}

interface HintProps {
  readonly tenant: string;
  readonly header: string;
  readonly patch: TenantPatch;
  readonly action: string;
  readonly done: string;
  readonly children: React.ReactNode;
}

function Hint({ tenant, header, patch, action, done, children }: HintProps) {
  const can = useCan();
  const { mutate, isPending, error } = usePatchTenant(tenant, () => done);
  const button = (
    <Button formAction="none" loading={isPending} onClick={() => mutate(patch)}>
      {action}
    </Button>
  );
  return (
    <Alert type="warning" header={header} action={can('tenants.configure') && button}>
      {children} {!can('tenants.configure') && 'Ask an owner or an operator of this server to change it.'}
      <ErrorBox error={error} />
    </Alert>
  );
}
