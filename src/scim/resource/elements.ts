/** When two elements of a multi-valued attribute are the same value. */
import { isObject, type Json } from '../json.js';
import type { Attribute } from '../schema/characteristics.js';
import { searchText, searchValue } from './search-form.js';

/**
 * Elements, found by sameness: their `value` is equal, and their `type` where both have one; without a `value`
 * (addresses) every sub-attribute is. Compared as filters compare. A look-up costs the same whatever the number.
 */
export class ElementIndex {
  private readonly buckets = new Map<string, Json[]>();

  constructor(
    private readonly attribute: Attribute,
    elements: readonly Json[],
  ) {
    for (const element of elements) this.add(element);
  }

  add(element: Json): void {
    const key = this.keyOf(element);
    const bucket = this.buckets.get(key);
    if (bucket) bucket.push(element);
    else this.buckets.set(key, [element]);
  }

  /** The first element that is the same value. */
  find(element: Json): Json | undefined {
    return this.buckets.get(this.keyOf(element))?.find((candidate) => this.typesAgree(candidate, element));
  }

  private keyOf(element: Json): string {
    const valueAttribute = this.attribute.subAttributes.get('value');
    if (isObject(element) && valueAttribute && typeof element.value === 'string') {
      return `value ${searchText(valueAttribute, element.value)}`;
    }
    return `whole ${inOrder(searchValue(this.attribute, element))}`;
  }

  private typesAgree(a: Json, b: Json): boolean {
    const typeAttribute = this.attribute.subAttributes.get('type');
    if (!typeAttribute || !isObject(a) || !isObject(b)) return true;
    if (typeof a.type !== 'string' || typeof b.type !== 'string') return true;
    return searchText(typeAttribute, a.type) === searchText(typeAttribute, b.type);
  }
}

/** JSON text in which the order of keys does not matter. */
function inOrder(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inOrder).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${inOrder(value[name] as Json)}`).join()}}`;
}
