import { mistakeAt } from './mistake.js';
import './directory.css';

interface Props {
  readonly filter: string;
  readonly message: string;
  /** From 0; undefined: the server did not say where. */
  readonly position: number | undefined;
}

/** The server’s words, and the filter with the mistake underlined. */
export function FilterError({ filter, message, position }: Props) {
  const mistake = position === undefined ? undefined : mistakeAt(filter, position);
  return (
    <>
      <span className="break-anywhere">{message}</span>
      {mistake && (
        <div className="monospace filter-text">
          {mistake.before}
          <mark className="filter-mistake">{mistake.wrong || '\u00a0\u00a0'}</mark>
          {mistake.after}
        </div>
      )}
    </>
  );
}
