import { useSyncExternalStore } from 'react';

const NARROW = '(max-width: 688px)';

/** True where a table has room for two or three columns only: on phones, and when a page is shown very large. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (notice) => {
      const media = matchMedia(NARROW);
      media.addEventListener('change', notice);
      return () => media.removeEventListener('change', notice);
    },
    () => matchMedia(NARROW).matches,
  );
}
