/** The users, groups or other resources of a tenant: found by filter, sorted, page by page. */
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router';
import type { TypeView } from '../../http/admin/messages.js';
import { ApiError } from '../api.js';
import { Empty } from '../components/empty.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { FilterPanel } from './filter-panel.js';
import { type ListView, listViewOf, searchOf } from './list-view.js';
import { directoryQueries } from './queries.js';
import { ResourceTable } from './resource-table.js';

export function ResourcesPage() {
  const { tenant = '', type = '' } = useParams();
  const types = useQuery(queries.types(tenant));
  return (
    <Page
      title={typeWords(type)}
      description={`What clients have put into ${tenant}. It is read here, and changed by them alone.`}
      trail={[{ text: tenant, href: paths.tenant(tenant) }]}
    >
      <Loaded query={types} what="the resource types">
        {(all) => {
          const view = all.find(({ name }) => name === type);
          return view ? (
            <Resources key={`${tenant}/${type}`} tenant={tenant} type={view} />
          ) : (
            <Empty title={`There is no resource type ${type}`}>Choose another one in the list of pages.</Empty>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Resources({ tenant, type }: { readonly tenant: string; readonly type: TypeView }) {
  const [search, setSearch] = useSearchParams();
  const view = listViewOf(search);
  const change = (changes: Partial<ListView>) => setSearch(searchOf({ ...view, page: 1, ...changes }));
  const list = useQuery(directoryQueries.resources(tenant, type.name, view));
  const isRefusal = list.error instanceof ApiError && list.error.status === 400 && view.filter !== '';
  return (
    <SpaceBetween size="m">
      <FilterPanel
        filter={view.filter}
        attributes={type.attributes}
        error={isRefusal ? (list.error as ApiError) : undefined}
        isSearching={list.isFetching}
        onSearch={(filter) => (filter === view.filter ? void list.refetch() : change({ filter }))}
      />
      <ResourceTable
        tenant={tenant}
        type={type}
        view={view}
        list={list}
        error={isRefusal ? undefined : list.error}
        isRefused={isRefusal}
        onChange={change}
      />
    </SpaceBetween>
  );
}
