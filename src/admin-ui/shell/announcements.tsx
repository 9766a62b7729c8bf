/** Tells screen readers what has happened where nothing else would: results that came, rows that were added. */
import LiveRegion from '@cloudscape-design/components/live-region';
import { createContext, type ReactNode, useContext, useState } from 'react';

const AnnounceContext = createContext<(text: string) => void>(() => {});

export function AnnouncementsProvider({ children }: { readonly children: ReactNode }) {
  const [text, setText] = useState('');
  return (
    <AnnounceContext value={setText}>
      {children}
      <LiveRegion hidden>{text}</LiveRegion>
    </AnnounceContext>
  );
}

/** The function that it gives is the same each time. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}
