import Link from '@cloudscape-design/components/link';
import { Bounded } from './bounded.js';
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
      <Bounded>
        <Link href={href}>{name}</Link>
      </Bounded>
      {detail !== null && (
        <Small>
          <Bounded>{detail}</Bounded>
        </Small>
      )}
    </>
  );
}
