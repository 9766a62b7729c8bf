/** Pages of a list that is read with cursors: each page tells where the next one begins, and none tells how many there are. */
import Pagination from '@cloudscape-design/components/pagination';
import { useState } from 'react';

export interface CursorPages<C> {
  /** Where the page that is shown begins; undefined: at the start of the list. */
  readonly current: C | undefined;
  /** From 0. */
  readonly at: number;
  readonly known: readonly (C | undefined)[];
  /** `next`: the cursor of the page after the one that is shown; undefined where the page is known already. */
  readonly go: (at: number, next?: C) => void;
}

/** `list`: what the list is narrowed to; with another one it starts anew. */
export function useCursorPages<C>(list: string): CursorPages<C> {
  const start = { list, known: [undefined], at: 0 };
  const [kept, setState] = useState<{ list: string; known: readonly (C | undefined)[]; at: number }>(start);
  const state = kept.list === list ? kept : start;
  return {
    current: state.known[state.at],
    at: state.at,
    known: state.known,
    go: (at, next) => {
      const known = next === undefined ? state.known : [...state.known.slice(0, at), next];
      setState({ list, known, at: Math.min(at, known.length - 1) });
    },
  };
}

interface Props<C> {
  readonly pages: CursorPages<C>;
  /** Of the page that is shown: where the next one begins; null: it is the last; undefined: not read yet. */
  readonly next: C | null | undefined;
  /** What the pages are of: `changes`. */
  readonly what: string;
}

/** Nothing when there is but one page. */
export function CursorPagination<C>({ pages, next, what }: Props<C>) {
  const { at, known, go } = pages;
  const isEnd = at === known.length - 1;
  const hasNext = !isEnd || (next !== null && next !== undefined);
  if (at === 0 && !hasNext) return null;
  return (
    <Pagination
      currentPageIndex={at + 1}
      pagesCount={isEnd && hasNext ? known.length + 1 : known.length}
      openEnd={hasNext}
      disabled={next === undefined}
      ariaLabels={{
        paginationLabel: `Pages of ${what}`,
        nextPageLabel: `Next page of ${what}`,
        previousPageLabel: `Previous page of ${what}`,
        pageLabel: (page) => `Page ${page} of ${what}`,
      }}
      onChange={({ detail }) => {
        const wanted = detail.currentPageIndex - 1;
        // The page that is shown knows best where the next one begins: it may have grown since.
        if (wanted === at + 1 && next !== null) go(wanted, next);
        else go(wanted);
      }}
    />
  );
}
