import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { fieldError } from '../components/error-box.js';
import { ROLE_WORDS } from '../components/words.js';
import { queries } from '../queries.js';
import { TENANT_BOUND, tenantFor, tenantMistake } from './roles.js';

export interface RoleChoice {
  readonly role: string;
  /** Name of the only tenant; null: all. */
  readonly tenant: string | null;
}

interface Props {
  readonly value: RoleChoice;
  readonly onChange: (value: RoleChoice) => void;
  /** Of the last attempt. */
  readonly error: unknown;
  /** True: it was sent, so that what is missing is told. */
  readonly isTried: boolean;
}

/** A role, and the tenant that it is for where it has one. */
export function RoleFields({ value, onChange, error, isTried }: Props) {
  const { role, tenant } = value;
  const mistake = isTried ? tenantMistake(role, tenant) : '';
  return (
    <SpaceBetween size="m">
      <FormField label="Role" errorText={fieldError(error, 'role')}>
        <RadioGroup
          value={role}
          items={Object.entries(ROLE_WORDS).map(([name, { label, description }]) => ({
            value: name,
            label,
            description,
          }))}
          onChange={({ detail }) => onChange({ role: detail.value, tenant: tenantFor(detail.value, tenant) })}
        />
      </FormField>
      {TENANT_BOUND[role] !== 'never' && (
        <TenantField
          value={tenant}
          mayBeAll={TENANT_BOUND[role] === 'maybe'}
          errorText={mistake || fieldError(error, 'tenant')}
          onChange={(name) => onChange({ role, tenant: name })}
        />
      )}
    </SpaceBetween>
  );
}

interface TenantFieldProps {
  readonly value: string | null;
  readonly mayBeAll: boolean;
  readonly errorText: string;
  readonly onChange: (tenant: string | null) => void;
}

function TenantField({ value, mayBeAll, errorText, onChange }: TenantFieldProps) {
  const tenants = useQuery(queries.tenants);
  const all = { value: '', label: 'All tenants' };
  const named = tenants.data?.map(({ name }) => ({ value: name, label: name })) ?? [];
  const chosen = value === null ? (mayBeAll ? all : null) : { value, label: value };
  return (
    <FormField label="Tenant" errorText={errorText}>
      <Select
        options={mayBeAll ? [all, ...named] : named}
        selectedOption={chosen}
        placeholder="Choose a tenant"
        filteringType="auto"
        filteringAriaLabel="Find a tenant"
        empty="There is no tenant yet"
        statusType={tenants.isPending ? 'loading' : tenants.isError ? 'error' : 'finished'}
        loadingText="Reading the tenants"
        errorText="The tenants could not be read"
        onChange={({ detail }) => onChange(detail.selectedOption.value || null)}
      />
    </FormField>
  );
}
