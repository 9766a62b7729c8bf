/** Which part of a list of resources is shown, and how it stands in the address of the page. */

export interface ListView {
  /** As sent; empty: all. */
  readonly filter: string;
  /** Attribute path; empty: as the server has them. */
  readonly sortBy: string;
  readonly isDescending: boolean;
  /** From 1. */
  readonly page: number;
  /** Resources on a page. */
  readonly size: number;
}

export const SIZES = [10, 25, 50, 100] as const;
const SIZE = 25;

export function listViewOf(search: URLSearchParams): ListView {
  const page = Number(search.get('page') ?? 1);
  const size = Number(search.get('size') ?? SIZE);
  return {
    filter: search.get('filter') ?? '',
    sortBy: search.get('sortBy') ?? '',
    isDescending: search.get('sortOrder') === 'descending',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    size: SIZES.some((each) => each === size) ? size : SIZE,
  };
}

/** What is as always is left out. */
export function searchOf(view: ListView): URLSearchParams {
  const search = new URLSearchParams();
  if (view.filter !== '') search.set('filter', view.filter);
  if (view.sortBy !== '') search.set('sortBy', view.sortBy);
  if (view.sortBy !== '' && view.isDescending) search.set('sortOrder', 'descending');
  if (view.page !== 1) search.set('page', String(view.page));
  if (view.size !== SIZE) search.set('size', String(view.size));
  return search;
}
