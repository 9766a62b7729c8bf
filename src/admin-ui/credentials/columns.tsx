/** The columns of the list of credentials. */
import type { TableProps } from '@cloudscape-design/components/table';
import type { CredentialView } from '../../http/admin/messages.js';
import { NameCell } from '../components/name-cell.js';
import { Small } from '../components/small.js';
import { Time } from '../components/time.js';
import { KIND_WORDS, SCOPE_WORDS } from '../components/words.js';
import { paths } from '../paths.js';
import { State } from './state.js';

/** Texts of times sort as the times do; what is not there comes last. */
function byTime(field: 'lastUsed' | 'expires' | 'created') {
  return (a: CredentialView, b: CredentialView) => (a[field] ?? '~').localeCompare(b[field] ?? '~');
}

export function scopesText(scopes: readonly string[]): string {
  return scopes.map((scope) => SCOPE_WORDS[scope]?.label ?? scope).join(', ');
}

export function credentialColumns(tenant: string): TableProps.ColumnDefinition<CredentialView>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      isRowHeader: true,
      sortingField: 'name',
      minWidth: 130,
      cell: ({ id, name, identifier }) => (
        <NameCell href={paths.credential(tenant, id)} name={name} detail={identifier} />
      ),
    },
    {
      id: 'kind',
      header: 'Kind',
      sortingField: 'kind',
      cell: ({ kind }) => KIND_WORDS[kind].label,
    },
    {
      id: 'state',
      header: 'State',
      sortingField: 'state',
      minWidth: 155,
      cell: ({ state }) => <State value={state} />,
    },
    {
      id: 'scopes',
      header: 'May',
      cell: ({ scopes }) => scopesText(scopes),
    },
    {
      id: 'expires',
      header: 'Expires',
      sortingComparator: byTime('expires'),
      cell: ({ expires, revoked }) => (revoked === null ? <Time value={expires} empty="never" /> : '–'),
    },
    {
      id: 'used',
      header: 'Last used',
      sortingComparator: byTime('lastUsed'),
      cell: ({ lastUsed, lastAddress }) => (
        <>
          <Time value={lastUsed} empty="never" />
          {lastAddress !== null && <Small>{lastAddress}</Small>}
        </>
      ),
    },
    {
      id: 'created',
      header: 'Created',
      sortingComparator: byTime('created'),
      cell: ({ created, createdBy }) => (
        <>
          <Time value={created} />
          {createdBy !== null && <Small>by {createdBy}</Small>}
        </>
      ),
    },
  ];
}
