import type { ReactNode } from 'react';

/** In a cell: what others have written, however long. It leaves room for the other columns. */
export function Bounded({ children }: { readonly children: ReactNode }) {
  return <span className="bounded">{children}</span>;
}
