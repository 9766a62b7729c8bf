/** Goes from the tenant that is being looked at to another one. */
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { paths } from '../paths.js';
import { queries } from '../queries.js';

interface Props {
  readonly tenant: string | undefined;
  readonly onFollow: () => void;
}

export function TenantSwitch({ tenant, onFollow }: Props) {
  const tenants = useQuery(queries.tenants);
  const navigate = useNavigate();
  return (
    <Select
      ariaLabel="Tenant"
      placeholder="Choose a tenant"
      filteringType="auto"
      virtualScroll
      filteringAriaLabel="Find a tenant"
      empty="There is no tenant yet"
      statusType={tenants.isPending ? 'loading' : tenants.isError ? 'error' : 'finished'}
      loadingText="Reading the tenants"
      errorText="The tenants could not be read"
      selectedOption={tenant === undefined ? null : { value: tenant, label: tenant }}
      options={tenants.data?.map(({ name, disabled }) => ({
        value: name,
        label: name,
        ...(disabled !== null && { tags: ['disabled'] }),
      }))}
      onChange={({ detail }) => {
        void navigate(paths.tenant(detail.selectedOption.value ?? ''));
        onFollow();
      }}
    />
  );
}
