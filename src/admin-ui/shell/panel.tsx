/** A panel beside or below the page for details of what is chosen in it. The shell has the place, the page what is in it. */
import type { AppLayoutProps } from '@cloudscape-design/components/app-layout';
import SplitPanel from '@cloudscape-design/components/split-panel';
import { createContext, type ReactNode, type RefObject, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

interface Shown {
  readonly header: string;
  readonly onClose: () => void;
}

interface PanelPlace {
  readonly host: HTMLElement | null;
  readonly show: (shown: Shown | undefined) => void;
  readonly layout: RefObject<AppLayoutProps.Ref | null>;
}

export const PanelContext = createContext<PanelPlace>({ host: null, show: () => {}, layout: { current: null } });

const WORDS = {
  closeButtonAriaLabel: 'Close the details',
  openButtonAriaLabel: 'Open the details',
  preferencesTitle: 'Where details are shown',
  preferencesPositionLabel: 'Place',
  preferencesPositionDescription: 'Beside the page there must be room for it.',
  preferencesPositionSide: 'Beside the page',
  preferencesPositionBottom: 'Below the page',
  preferencesConfirm: 'Apply',
  preferencesCancel: 'Cancel',
  preferencesCloseAriaLabel: 'Close',
  resizeHandleAriaLabel: 'Size of the details',
};

/** For the shell: the context of the pages, and what the layout is told. */
export function usePanelPlace() {
  const [shown, show] = useState<Shown>();
  const [host, setHost] = useState<HTMLElement | null>(null);
  const [position, setPosition] = useState<'side' | 'bottom'>('side');
  const [size, setSize] = useState(460);
  const layout = useRef<AppLayoutProps.Ref>(null);
  const place = useMemo((): PanelPlace => ({ host, show, layout }), [host]);
  const props: Partial<AppLayoutProps> & { ref: typeof layout } = {
    ref: layout,
    splitPanelOpen: shown !== undefined,
    splitPanelSize: size,
    splitPanelPreferences: { position },
    onSplitPanelResize: ({ detail }) => setSize(detail.size),
    onSplitPanelPreferencesChange: ({ detail }) => setPosition(detail.position),
    onSplitPanelToggle: ({ detail }) => detail.open || shown?.onClose(),
    splitPanel: shown && (
      <SplitPanel header={shown.header} closeBehavior="hide" i18nStrings={WORDS}>
        <div ref={setHost} />
      </SplitPanel>
    ),
  };
  return { place, props };
}

interface Props extends Shown {
  readonly children: ReactNode;
}

/** For pages: mount it to open the panel. Focus goes into it, and back to where it was when it closes. */
export function Panel({ header, onClose, children }: Props) {
  const { host, show, layout } = useContext(PanelContext);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    show({ header, onClose: () => close.current() });
  }, [header, show]);
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      show(undefined);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [show]);
  useEffect(() => {
    if (host) layout.current?.focusSplitPanel();
  }, [host, layout]);
  return host && createPortal(children, host);
}
