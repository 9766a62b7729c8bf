/** Both sides of a changed attribute, put so that a person sees what is different. */
import type { ChangeView } from '../../http/admin/messages.js';
import { textOf } from './attributes.js';

export type Difference = ChangeView['difference'][number];

/** `was`, `is`: texts of what is gone and of what came; for lists the elements that differ, and how many stayed. */
export interface Comparison {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly was: readonly string[];
  readonly is: readonly string[];
  readonly kept: number;
}

/** `{"type":"work","value":"a@b"}` → `type: work, value: a@b` */
function elementText(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return textOf(value) || '(empty)';
  return Object.entries(value)
    .map(([name, each]) => `${name}: ${textOf(each)}`)
    .join(', ');
}

const elements = (value: unknown): string[] =>
  value === null || value === undefined ? [] : Array.isArray(value) ? value.map(elementText) : [elementText(value)];

export function compare({ path, before, after }: Difference): Comparison {
  const was = elements(before);
  const is = elements(after);
  const kind = was.length === 0 ? 'added' : is.length === 0 ? 'removed' : 'changed';
  if (!Array.isArray(before) || !Array.isArray(after)) return { path, kind, was, is, kept: 0 };
  const left = [...is];
  const gone = was.filter((text) => {
    const place = left.indexOf(text);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
  return { path, kind, was: gone, is: left, kept: was.length - gone.length };
}

const OPERATIONS: Readonly<Record<string, string>> = {
  create: 'Created',
  replace: 'Replaced',
  patch: 'Changed',
  delete: 'Deleted',
};

/** `patch` → `Changed` */
export const operationText = (operation: string): string => OPERATIONS[operation] ?? operation;

/** `2 attributes, 3 members added` */
export function summaryOf(change: ChangeView): string {
  const count = (number: number, one: string, many: string) =>
    number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  const parts = [
    ...count(change.difference.length, 'attribute', 'attributes'),
    ...count(change.added.length, 'member added', 'members added'),
    ...count(change.removed.length, 'member removed', 'members removed'),
  ];
  return parts.join(', ') || 'nothing that is shown';
}
