import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import type { TenantPatch, TenantView } from '../../http/admin/messages.js';
import { fieldError } from '../components/error-box.js';
import { FormDialog } from '../components/form-dialog.js';
import { PROFILE_WORDS } from '../components/words.js';
import { useCan } from '../shell/session.js';
import { usePatchTenant } from './changes.js';

interface Props {
  readonly tenant: TenantView;
  readonly onClose: () => void;
}

const PROFILES = Object.entries(PROFILE_WORDS).map(([value, words]) => ({ value, ...words }));

/** What is different from how the tenant is now; an empty limit is that of the server. */
function patchOf(tenant: TenantView, profile: string, limit: string, allowsBasic: boolean): TenantPatch {
  const requestLimit = limit.trim() === '' ? null : Number(limit);
  return {
    ...(profile !== tenant.profile && { profile }),
    ...(requestLimit !== tenant.requestLimit && { requestLimit }),
    ...(allowsBasic !== tenant.allowsBasic && { allowsBasic }),
  };
}

export function EditDialog({ tenant, onClose }: Props) {
  const [profile, setProfile] = useState(tenant.profile);
  const [limit, setLimit] = useState(tenant.requestLimit === null ? '' : String(tenant.requestLimit));
  const [allowsBasic, setBasic] = useState(tenant.allowsBasic);
  const can = useCan();
  const { mutate, isPending, error } = usePatchTenant(
    tenant.name,
    ({ name }) => `The settings of ${name} were changed.`,
  );
  const submit = () => {
    const patch = patchOf(tenant, profile, limit, allowsBasic);
    if (Object.keys(patch).length === 0) onClose();
    else mutate(patch, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={`Settings of ${tenant.name}`}
      action="Save"
      isPending={isPending}
      error={error}
      fields={['profile', 'requestLimit', 'allowsBasic']}
      onClose={onClose}
      onSubmit={submit}
    >
      {can('tenants.configure') && (
        <>
          <FormField
            label="Profile"
            description="Which client it expects, and so which dialects of SCIM are understood. It holds from the next request."
            errorText={fieldError(error, 'profile')}
          >
            <RadioGroup value={profile} items={PROFILES} onChange={({ detail }) => setProfile(detail.value)} />
          </FormField>
          <FormField errorText={fieldError(error, 'allowsBasic')}>
            <Toggle
              checked={allowsBasic}
              onChange={({ detail }) => setBasic(detail.checked)}
              description="For clients that have nothing better. Switching it off refuses those that use it."
            >
              Allow user name and password (HTTP Basic)
            </Toggle>
          </FormField>
        </>
      )}
      {can('tenants.control') && (
        <FormField
          label="Request limit"
          description="Requests per second; what comes faster is told to wait (429). Entra expects 25 at least."
          constraintText="Leave it empty for the limit of the server."
          errorText={fieldError(error, 'requestLimit')}
        >
          <Input type="number" inputMode="numeric" value={limit} onChange={({ detail }) => setLimit(detail.value)} />
        </FormField>
      )}
    </FormDialog>
  );
}
