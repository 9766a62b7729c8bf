/**
 * PATCH operations applied to a copy of a document, clause by clause (RFC 7644 §3.5.2.1 to §3.5.2.3). All or nothing:
 * an operation that fails throws, and the document passed in is as it was. Operations on edges are edge-plan.ts's.
 */
import { ScimError } from '../errors.js';
import { elementMatches } from '../filter/matches.js';
import { clone, isObject, type Json, type JsonObject } from '../json.js';
import type { Dialect } from '../profiles.js';
import { coerce, coerceElement, complexObject, singleValue, writableParts } from '../resource/coerce.js';
import { searchText, searchValue } from '../resource/search-form.js';
import { validate } from '../resource/validate.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';
import { equal } from './difference.js';
import { listedValues } from './edge-plan.js';
import type { Operation, Selection } from './operation.js';

/**
 * @param document canonical, without `id`, `meta` and edges.
 * @returns a new document, valid for the type.
 * @throws ScimError noTarget, mutability, invalidValue
 */
export function applyPatch(
  document: JsonObject,
  operations: readonly Operation[],
  type: ResourceType,
  dialect: Dialect,
): JsonObject {
  const next = clone(document);
  for (const operation of operations) {
    if (operation.target.lineage[0] === type.edges) continue;
    new Application(next, operation, dialect).run();
  }
  prune(next);
  checkDefaults(document, next, type);
  validate(next, type);
  return next;
}

/** An attribute with a default keeps a value: falling back to the default could enable whom it did not mean to. */
function checkDefaults(before: JsonObject, after: JsonObject, type: ResourceType): void {
  for (const name of Object.keys(type.defaults)) {
    if (before[name] !== undefined && after[name] === undefined) {
      throw new ScimError('invalidValue', `${name} cannot be removed; replace its value.`);
    }
  }
}

/** Objects and arrays that lost their last value are unassigned (RFC 7643 §2.5). */
function prune(object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    if (Array.isArray(value)) {
      const rest = value.filter((element) => !isObject(element) || Object.keys(element).length > 0);
      if (rest.length === 0) delete object[name];
      else if (rest.length < value.length) object[name] = rest;
    } else if (isObject(value)) {
      prune(value);
      if (Object.keys(value).length === 0) delete object[name];
    }
  }
}

/** One operation at work on one document. */
class Application {
  private readonly leaf: Attribute;

  constructor(
    private readonly document: JsonObject,
    private readonly operation: Operation,
    private readonly dialect: Dialect,
  ) {
    this.leaf = operation.selection?.subAttribute ?? operation.target;
  }

  run(): void {
    const { op, target, selection, value } = this.operation;
    if (this.leaf.lineage.some(({ returned }) => returned === 'never')) {
      coerce(this.leaf, value, this.dialect);
      return;
    }
    for (const container of this.containers(target.lineage.slice(0, -1))) {
      if (selection) this.inSelection(container, selection);
      else if (op === 'remove') this.remove(container, target);
      else this.assign(container, target, value);
    }
  }

  /**
   * The objects that hold the attribute behind `lineage`: one for singular ancestors, made when missing, each element
   * for a multi-valued one.
   */
  private containers(lineage: readonly Attribute[]): JsonObject[] {
    let containers: JsonObject[] = [this.document];
    for (const attribute of lineage) {
      containers = containers.flatMap((container) => {
        const value = container[attribute.name];
        if (Array.isArray(value)) return value.filter(isObject);
        if (isObject(value)) return [value];
        if (this.operation.op === 'remove') return [];
        if (attribute.multiValued && !this.dialect.bend('create-from-filter')) {
          throw new ScimError('noTarget', `${attribute.path} has no values.`);
        }
        const made: JsonObject = {};
        container[attribute.name] = attribute.multiValued ? [made] : made;
        return [made];
      });
    }
    return containers;
  }

  /** RFC 7644 §3.5.2.1 and §3.5.2.3 for a target without a filter. */
  private assign(container: JsonObject, attribute: Attribute, given: Json | undefined): void {
    if (attribute.type === 'complex' && !attribute.multiValued) {
      this.assignComplex(container, attribute, given);
      return;
    }
    const value = coerce(attribute, given, this.dialect);
    if (Array.isArray(value)) this.assignElements(container, attribute, value);
    else if (value !== undefined) this.set(container, attribute, value);
    // Adding nothing to many values adds nothing; a single value that is set to nothing is cleared.
    else if (this.operation.op !== 'add' || !attribute.multiValued) this.clear(container, attribute);
  }

  /**
   * A complex value sets the sub-attributes it names and leaves the others (RFC 7644 §3.5.2.3); one that it names
   * without a value is cleared.
   */
  private assignComplex(container: JsonObject, attribute: Attribute, given: Json | undefined): void {
    const single = given === undefined || given === null ? undefined : singleValue(attribute, given, this.dialect);
    const isEmpty = single === undefined || (single === '' && this.dialect.bend('empty-clears'));
    const object = isEmpty || single === null ? {} : complexObject(attribute, single, this.dialect);
    if (Object.keys(object).length === 0) {
      this.clear(container, attribute);
      return;
    }
    const existing = container[attribute.name];
    const target = isObject(existing) ? existing : {};
    container[attribute.name] = target;
    for (const [sub, value] of writableParts(attribute, object, this.dialect)) this.assign(target, sub, value);
  }

  private assignElements(container: JsonObject, attribute: Attribute, elements: Json[]): void {
    if (this.operation.op === 'replace') {
      this.set(container, attribute, elements);
      return;
    }
    const existing = container[attribute.name];
    const merged = Array.isArray(existing) ? existing : [];
    const touched = elements.map((element) => addElement(merged, element, attribute));
    this.set(container, attribute, merged);
    const [primary, second] = touched.filter(isObject).filter((element) => element.primary === true);
    if (primary && !second) clearOtherPrimaries(merged, primary);
  }

  /** RFC 7644 §3.5.2.2 for a target without a filter. */
  private remove(container: JsonObject, attribute: Attribute): void {
    const listed = attribute.multiValued ? listedValues(this.operation, this.dialect) : undefined;
    if (listed === undefined) {
      this.clear(container, attribute, 'mutability');
      return;
    }
    const values = coerce(attribute, listed, this.dialect);
    const doomed = Array.isArray(values) ? values : [];
    const existing = container[attribute.name];
    if (Array.isArray(existing)) {
      container[attribute.name] = existing.filter(
        (element) => !doomed.some((value) => isSameElement(element, value, attribute)),
      );
    }
  }

  private inSelection(container: JsonObject, selection: Selection): void {
    const { op, target } = this.operation;
    const existing = container[target.name];
    const elements = Array.isArray(existing) ? existing : existing === undefined ? [] : [existing];
    const isSelected = (element: Json): boolean =>
      elementMatches(searchValue(target, element), target, selection.filter);
    if (op === 'remove') {
      this.removeSelected(container, elements, isSelected, selection);
      return;
    }
    let selected = elements.filter(isSelected);
    if (selected.length === 0) selected = this.createFromFilter(elements, selection);
    for (const element of selected) this.writeSelected(elements, element, selection);
    const [first] = elements;
    if (first === undefined) delete container[target.name];
    else container[target.name] = target.multiValued ? elements : first;
  }

  private removeSelected(
    container: JsonObject,
    elements: readonly Json[],
    isSelected: (element: Json) => boolean,
    { subAttribute }: Selection,
  ): void {
    const { target } = this.operation;
    if (subAttribute) {
      for (const element of elements.filter(isSelected).filter(isObject))
        this.clear(element, subAttribute, 'mutability');
      return;
    }
    const rest = elements.filter((element) => !isSelected(element));
    if (rest.length === elements.length) return;
    if (rest.length === 0) this.clear(container, target, 'mutability');
    else container[target.name] = [...rest];
  }

  /**
   * By the RFC, a replace whose filter selects nothing is noTarget. Entra writes `emails[type eq "work"].value` to
   * a user without a work e-mail and expects one to be made.
   */
  private createFromFilter(elements: Json[], { template }: Selection): Json[] {
    const { target, value } = this.operation;
    if (!template || !this.dialect.has('create-from-filter')) {
      throw new ScimError('noTarget', `No element of ${target.path} is selected by the path.`);
    }
    // Clearing what is not there needs no element.
    if (this.leaf !== target && coerce(this.leaf, value, this.dialect) === undefined) return [];
    this.dialect.bend('create-from-filter');
    const element: JsonObject = { ...template };
    elements.push(element);
    return [element];
  }

  private writeSelected(elements: Json[], element: Json, { subAttribute, template }: Selection): void {
    const { op, target, value } = this.operation;
    const at = elements.indexOf(element);
    if (subAttribute && isObject(element)) this.assign(element, subAttribute, value);
    else {
      const given = coerceElement(target, Array.isArray(value) && value.length === 1 ? value[0] : value, this.dialect);
      const kept = op === 'add' && isObject(element) ? element : template;
      if (given === undefined) elements.splice(at, 1);
      else elements[at] = isObject(given) ? { ...kept, ...given } : given;
    }
    const written = elements[at];
    if (isObject(written) && written.primary === true) clearOtherPrimaries(elements, written);
  }

  private set(container: JsonObject, attribute: Attribute, value: Json): void {
    const existing = container[attribute.name];
    if (attribute.mutability === 'immutable' && existing !== undefined && !equal(existing, value)) {
      throw new ScimError('mutability', `${attribute.path} cannot be changed once it is set.`);
    }
    container[attribute.name] = value;
  }

  /** @param refusal what removing a required attribute is called: RFC 7644 §3.5.2.2 says mutability for `remove` */
  private clear(
    container: JsonObject,
    attribute: Attribute,
    refusal: 'mutability' | 'invalidValue' = 'invalidValue',
  ): void {
    if (attribute.required) throw new ScimError(refusal, `${attribute.path} is required; it cannot be removed.`);
    if (attribute.mutability === 'immutable' && container[attribute.name] !== undefined) {
      throw new ScimError('mutability', `${attribute.path} cannot be changed once it is set.`);
    }
    delete container[attribute.name];
  }
}

/** Adds an element unless it is there already, in which case it is brought up to date. Returns it as it now stands. */
function addElement(elements: Json[], element: Json, attribute: Attribute): Json {
  const at = elements.findIndex((existing) => isSameElement(existing, element, attribute));
  const existing = elements[at];
  if (existing === undefined) {
    elements.push(element);
    return element;
  }
  if (isObject(existing) && isObject(element)) Object.assign(existing, element);
  return existing;
}

/**
 * Two elements are the same value when their `value` is, and their `type` where both have one; without a `value`
 * (addresses) when every sub-attribute is. Compared as filters compare.
 */
function isSameElement(a: Json, b: Json, attribute: Attribute): boolean {
  if (!isObject(a) || !isObject(b)) return equal(searchValue(attribute, a), searchValue(attribute, b));
  const valueAttribute = attribute.subAttributes.get('value');
  if (!valueAttribute || typeof a.value !== 'string' || typeof b.value !== 'string') return equal(a, b);
  if (searchText(valueAttribute, a.value) !== searchText(valueAttribute, b.value)) return false;
  const typeAttribute = attribute.subAttributes.get('type');
  if (!typeAttribute || typeof a.type !== 'string' || typeof b.type !== 'string') return true;
  return searchText(typeAttribute, a.type) === searchText(typeAttribute, b.type);
}

/** RFC 7643 §2.4: `primary` is true at most once; the one just written wins. */
function clearOtherPrimaries(elements: readonly Json[], primary: JsonObject): void {
  for (const element of elements) {
    if (isObject(element) && element !== primary && element.primary === true) element.primary = false;
  }
}
