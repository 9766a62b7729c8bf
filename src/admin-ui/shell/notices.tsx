/** Notices above the page: what was done, and what went wrong apart from any form. */
import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'react-router';

export interface Notice {
  readonly type: 'success' | 'error' | 'warning' | 'info';
  readonly content: ReactNode;
  readonly header?: string;
}

interface Kept extends Notice {
  readonly id: string;
  /** The changes of page that it has seen. */
  readonly age: number;
}

interface Notices {
  readonly kept: readonly Kept[];
  readonly notify: (notice: Notice) => void;
  readonly dismiss: (id: string) => void;
  readonly grow: () => void;
}

const NoticesContext = createContext<Notices>({ kept: [], notify: () => {}, dismiss: () => {}, grow: () => {} });

export function NoticesProvider({ children }: { readonly children: ReactNode }) {
  const [kept, setKept] = useState<readonly Kept[]>([]);
  const count = useRef(0);
  const change = useMemo(
    () => ({
      notify: (notice: Notice) => {
        const id = `notice-${++count.current}`;
        setKept((before) => [{ ...notice, id, age: 0 }, ...before].slice(0, 5));
      },
      dismiss: (id: string) => setKept((before) => before.filter((notice) => notice.id !== id)),
      // A notice may come just before the page changes, so it goes with the second change.
      grow: () => setKept((before) => before.map((n) => ({ ...n, age: n.age + 1 })).filter(({ age }) => age < 2)),
    }),
    [],
  );
  const notices = useMemo(() => ({ kept, ...change }), [kept, change]);
  return <NoticesContext value={notices}>{children}</NoticesContext>;
}

/** `notify({ type: 'success', content: 'The credential was revoked.' })` */
export function useNotify(): Notices['notify'] {
  return useContext(NoticesContext).notify;
}

/** The bar itself, shown once by the shell. */
export function NoticeBar() {
  const { kept, dismiss, grow } = useContext(NoticesContext);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of page is what makes notices older
  useEffect(grow, [pathname, grow]);
  const items = kept.map(
    ({ id, type, content, header }): FlashbarProps.MessageDefinition => ({
      id,
      type,
      content,
      header,
      dismissible: true,
      dismissLabel: 'Dismiss this notice',
      ariaRole: type === 'error' ? 'alert' : 'status',
      onDismiss: () => dismiss(id),
    }),
  );
  return <Flashbar items={items} />;
}
