import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../queries.js';
import { useSession } from '../shell/session.js';
import type { AuditFilter } from './queries.js';
import { ACTIONS, actionText } from './wording.js';

interface Props {
  readonly filter: AuditFilter;
  readonly onChange: (filter: AuditFilter) => void;
}

const ALL_ACTIONS = { value: '', label: 'All' };

/** Whoever has one tenant sees what was about that tenant in any case. */
export function AuditFilters({ filter, onChange }: Props) {
  const { admin } = useSession();
  const { action } = filter;
  return (
    <Container>
      <ColumnLayout columns={2} minColumnWidth={200}>
        <FormField label="Action">
          <Select
            options={[ALL_ACTIONS, ...Object.entries(ACTIONS).map(([value, label]) => ({ value, label }))]}
            selectedOption={action === '' ? ALL_ACTIONS : { value: action, label: actionText(action) }}
            filteringType="auto"
            filteringAriaLabel="Find an action"
            onChange={({ detail }) => onChange({ ...filter, action: detail.selectedOption.value ?? '' })}
          />
        </FormField>
        {admin.tenant === null && <TenantFilter filter={filter} onChange={onChange} />}
      </ColumnLayout>
    </Container>
  );
}

function TenantFilter({ filter, onChange }: Props) {
  const tenants = useQuery(queries.tenants);
  const { tenant } = filter;
  const all = { value: '', label: 'All' };
  return (
    <FormField label="Tenant">
      <Select
        options={[all, ...(tenants.data?.map(({ name }) => ({ value: name, label: name })) ?? [])]}
        selectedOption={tenant === '' ? all : { value: tenant, label: tenant }}
        filteringType="auto"
        filteringAriaLabel="Find a tenant"
        onChange={({ detail }) => onChange({ ...filter, tenant: detail.selectedOption.value ?? '' })}
      />
    </FormField>
  );
}
