/** The bar on top: where home is, the viewer’s choices, who is signed in, and the way out. */
import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, setCsrf } from '../api.js';
import { ROLE_WORDS } from '../components/words.js';
import { paths } from '../paths.js';
import { keys } from '../queries.js';
import { useNotify } from './notices.js';
import { type Colours, usePreferences, type Zone } from './preferences.js';
import { useSession } from './session.js';

const OVERFLOW = {
  overflowMenuTriggerText: 'More',
  overflowMenuTitleText: 'Menu',
  overflowMenuBackIconAriaLabel: 'Back',
  overflowMenuDismissIconAriaLabel: 'Close the menu',
};

function useSignOut(): () => void {
  const client = useQueryClient();
  const notify = useNotify();
  const { mutate } = useMutation({
    mutationFn: () => api.delete('/session'),
    onSuccess: () => {
      client.clear();
      setCsrf(undefined);
      client.setQueryData(keys.session, null);
      // A full load, so that nothing of this person stays in memory.
      location.assign(paths.signIn());
    },
    onError: (error) => notify({ type: 'error', header: 'You are still signed in', content: error.message }),
  });
  return mutate;
}

function useViewMenu(): TopNavigationProps.MenuDropdownUtility {
  const { colours, zone, set } = usePreferences();
  const choice = (id: string, text: string, isChosen: boolean) => ({
    id,
    text,
    itemType: 'checkbox' as const,
    checked: isChosen,
  });
  return {
    type: 'menu-dropdown',
    iconName: 'settings',
    ariaLabel: 'View: colours and times',
    title: 'View',
    items: [
      {
        text: 'Colours',
        items: [
          choice('system', 'As my system', colours === 'system'),
          choice('light', 'Light', colours === 'light'),
          choice('dark', 'Dark', colours === 'dark'),
        ],
      },
      {
        text: 'Times',
        items: [choice('local', 'In my time zone', zone === 'local'), choice('utc', 'In UTC', zone === 'utc')],
      },
    ],
    onItemClick: ({ detail: { id } }) =>
      set(id === 'local' || id === 'utc' ? { zone: id as Zone } : { colours: id as Colours }),
  };
}

export function TopBar() {
  const { admin } = useSession();
  const signOut = useSignOut();
  const view = useViewMenu();
  const role = ROLE_WORDS[admin.role]?.label ?? admin.role;
  const person: TopNavigationProps.MenuDropdownUtility = {
    type: 'menu-dropdown',
    iconName: 'user-profile',
    text: admin.name,
    ariaLabel: `${admin.name}, ${role}: account and sign out`,
    description: `${admin.email} · ${role}${admin.tenant === null ? '' : ` of ${admin.tenant}`}`,
    items: [
      { id: 'account', text: 'Your account', href: paths.account },
      { id: 'sign-out', text: 'Sign out' },
    ],
    onItemClick: ({ detail }) => detail.id === 'sign-out' && signOut(),
  };
  return (
    <div id="top">
      <TopNavigation
        identity={{ href: paths.home, title: 'scim-target' }}
        utilities={[view, person]}
        i18nStrings={OVERFLOW}
      />
    </div>
  );
}
