import Link from '@cloudscape-design/components/link';
import { Small } from './small.js';

interface Props {
  readonly href: string;
  readonly name: string;
  /** What tells it apart from others of that name; null: nothing. */
  readonly detail: string | null;
}

/** The first cell of a row: its name leads to its page. */
export function NameCell({ href, name, detail }: Props) {
  return (
    <>
      <Link href={href}>{name}</Link>
      {detail !== null && (
        <Small>
          <span className="break-anywhere">{detail}</span>
        </Small>
      )}
    </>
  );
}
