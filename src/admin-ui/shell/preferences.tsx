/** What a viewer chooses for this browser: colours, and the zone of times. Kept in localStorage where there is one. */
import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

/** `system`: what the system of the viewer says. */
export type Colours = 'system' | 'light' | 'dark';
export type Zone = 'local' | 'utc';

export interface Preferences {
  readonly colours: Colours;
  readonly zone: Zone;
  set(change: { readonly colours?: Colours; readonly zone?: Zone }): void;
}

const PREFIX = 'scim-target-admin-';
const PreferencesContext = createContext<Preferences>({ colours: 'system', zone: 'local', set: () => {} });

function read<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
  try {
    const kept = localStorage.getItem(PREFIX + name) as T;
    return allowed.includes(kept) ? kept : otherwise;
  } catch {
    // Storage is switched off in this browser.
    return otherwise;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // As long as the page is open it holds anyway.
  }
}

function useColours(colours: Colours): void {
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const isDark = colours === 'dark' || (colours === 'system' && system.matches);
      applyMode(isDark ? Mode.Dark : Mode.Light);
      document.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [colours]);
}

export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const [colours, setColours] = useState(() => read<Colours>('colours', ['system', 'light', 'dark'], 'system'));
  const [zone, setZone] = useState(() => read<Zone>('zone', ['local', 'utc'], 'local'));
  useColours(colours);
  const preferences = useMemo(
    (): Preferences => ({
      colours,
      zone,
      set: (change) => {
        if (change.colours) setColours(change.colours);
        if (change.zone) setZone(change.zone);
        for (const [name, value] of Object.entries(change)) keep(name, value);
      },
    }),
    [colours, zone],
  );
  return <PreferencesContext value={preferences}>{children}</PreferencesContext>;
}

export function usePreferences(): Preferences {
  return useContext(PreferencesContext);
}
