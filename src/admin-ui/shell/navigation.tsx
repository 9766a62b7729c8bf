/** The list of pages: those of the tenant that is being looked at, and those of the server. */
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { useQuery } from '@tanstack/react-query';
import { useLocation, useParams } from 'react-router';
import type { Permission } from '../../access/roles.js';
import type { TypeView } from '../../http/admin/messages.js';
import { typeWords } from '../components/words.js';
import { paths } from '../paths.js';
import { queries } from '../queries.js';
import { useCan, useSession } from './session.js';
import { TenantSwitch } from './tenant-switch.js';

type Item = SideNavigationProps.Item;
type Can = (permission: Permission) => boolean;

function link(isShown: boolean, text: string, href: string): Item[] {
  return isShown ? [{ type: 'link', text, href }] : [];
}

function tenantItems(tenant: string, types: readonly TypeView[], can: Can): Item[] {
  return [
    { type: 'link', text: 'Overview', href: paths.tenant(tenant) },
    ...link(can('credentials.write'), 'Connect', paths.connect(tenant)),
    ...link(can('credentials.read'), 'Credentials', paths.credentials(tenant)),
    ...types.flatMap(({ name }) => link(can('directory.read'), typeWords(name), paths.resources(tenant, name))),
    ...link(can('activity.read'), 'Activity', paths.activity(tenant)),
    ...link(can('events.read'), 'Events', paths.events(tenant)),
    ...link(can('tenants.configure'), 'Schemas', paths.schemas(tenant)),
  ];
}

function serverItems(can: Can, hasAllTenants: boolean): Item[] {
  return [
    ...link(hasAllTenants, 'Tenants', paths.tenants),
    ...link(hasAllTenants && can('activity.read'), 'Requests without a tenant', paths.strayActivity),
    ...link(can('admins.read'), 'Admins', paths.admins),
    ...link(can('audit.read'), 'Audit log', paths.audit),
    ...link(can('settings.read'), 'Settings', paths.settings),
  ];
}

/** The page of a list is where its parts are: a user belongs to Users. */
function activeHref(pathname: string, items: readonly Item[]): string {
  const hrefs = items.flatMap((item) => ('items' in item ? item.items : [item]));
  const candidates = hrefs.flatMap((item) => ('href' in item ? [item.href] : []));
  return (
    candidates.filter((href) => `${pathname}/`.startsWith(`${href}/`)).sort((a, b) => b.length - a.length)[0] ?? ''
  );
}

export function Navigation({ onFollow }: { readonly onFollow: () => void }) {
  const can = useCan();
  const { admin } = useSession();
  const params = useParams();
  // Whoever has one tenant finds the way back to it from everywhere.
  const tenant = params.tenant ?? admin.tenant ?? undefined;
  const { pathname } = useLocation();
  const types = useQuery({ ...queries.types(tenant ?? ''), enabled: tenant !== undefined && can('directory.read') });
  const server = serverItems(can, admin.tenant === null);
  const items: Item[] =
    tenant === undefined
      ? server
      : [
          { type: 'section-group', title: tenant, items: tenantItems(tenant, types.data ?? [], can) as never },
          { type: 'divider' },
          ...server,
        ];
  return (
    <SideNavigation
      header={{ text: 'Administration', href: paths.home }}
      activeHref={activeHref(pathname, items)}
      items={items}
      itemsControl={admin.tenant === null ? <TenantSwitch tenant={tenant} onFollow={onFollow} /> : undefined}
      onFollow={onFollow}
    />
  );
}
