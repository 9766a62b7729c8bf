import type { ReactNode } from 'react';
import './directory.css';

/** What scrolls must be reached by keyboard, and say what it is. */
const reachable = (label: string) => ({ role: 'group', tabIndex: 0, 'aria-label': label }) as const;

interface Props {
  readonly label: string;
  /** Sideways only, unless it is for something high. */
  readonly isHigh?: boolean;
  readonly children: ReactNode;
}

/** A box for what may be wider, or higher, than there is room for. */
export function Scrolling({ label, isHigh = false, children }: Props) {
  return (
    <div {...reachable(label)} className={isHigh ? 'scrolls' : 'scrolls-sideways'}>
      {children}
    </div>
  );
}
