/**
 * PATCH operations applied to a copy of a document, clause by clause (RFC 7644 §3.5.2.1 to §3.5.2.3). All or nothing:
 * an operation that fails throws, and the document passed in is as it was. Operations on edges are edge-plan.ts's.
 */
import { ScimError } from '../errors.js';
import { elementMatches } from '../filter/matches.js';
import { clone, isObject, type Json, type JsonObject } from '../json.js';
import type { Dialect } from '../profiles.js';
import {
  coerce,
  coerceElement,
  complexObject,
  isNeverReturned,
  isNothing,
  singleValue,
  writableParts,
} from '../resource/coerce.js';
import { ElementIndex } from '../resource/elements.js';
import { searchValue } from '../resource/search-form.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';
import { listedValues } from './edge-plan.js';
import { Effort } from './effort.js';
import type { Operation, Selection } from './operation.js';
import { settle } from './settle.js';

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
  const effort = new Effort();
  for (const operation of operations) {
    if (operation.target.lineage[0] === type.edges) continue;
    new Application(next, operation, dialect, effort).run();
  }
  settle(document, next, operations, type);
  return next;
}

/** One operation at work on one document. */
class Application {
  private readonly leaf: Attribute;

  constructor(
    private readonly document: JsonObject,
    private readonly operation: Operation,
    private readonly dialect: Dialect,
    private readonly effort: Effort,
  ) {
    this.leaf = operation.selection?.subAttribute ?? operation.target;
  }

  run(): void {
    const { op, target, selection, value } = this.operation;
    if (isNeverReturned(this.leaf)) {
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
        if (Array.isArray(value)) {
          this.effort.spend(value.length);
          return value.filter(isObject);
        }
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
    else if (value !== undefined) container[attribute.name] = value;
    // Adding nothing to many values adds nothing; a single value that is set to nothing is cleared.
    else if (this.operation.op !== 'add' || !attribute.multiValued) {
      checkIsNothing(attribute, given);
      this.clear(container, attribute);
    }
  }

  /**
   * A complex value sets the sub-attributes it names and leaves the others (RFC 7644 §3.5.2.3); one that it names
   * without a value is cleared.
   */
  private assignComplex(container: JsonObject, attribute: Attribute, given: Json | undefined): void {
    const single = given === undefined || given === null ? undefined : singleValue(attribute, given, this.dialect);
    const isUnassigned =
      single === undefined || single === null || (single === '' && this.dialect.bend('empty-clears'));
    const object = isUnassigned ? {} : complexObject(attribute, single, this.dialect);
    if (Object.keys(object).length === 0) {
      // An empty object that is added names nothing; null and its like say that there is to be nothing.
      if (isUnassigned || this.operation.op !== 'add') this.clear(container, attribute);
      return;
    }
    const existing = container[attribute.name];
    const target = isObject(existing) ? existing : {};
    container[attribute.name] = target;
    for (const [sub, value] of writableParts(attribute, object, this.dialect)) this.assign(target, sub, value);
  }

  private assignElements(container: JsonObject, attribute: Attribute, elements: Json[]): void {
    if (this.operation.op === 'replace') {
      container[attribute.name] = elements;
      return;
    }
    const existing = container[attribute.name];
    const merged = Array.isArray(existing) ? existing : [];
    this.effort.spend(merged.length);
    const index = new ElementIndex(attribute, merged);
    const touched = elements.map((element) => addElement(merged, index, element));
    container[attribute.name] = merged;
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
    if (values === undefined) checkIsNothing(attribute, listed);
    const doomed = new ElementIndex(attribute, Array.isArray(values) ? values : []);
    const existing = container[attribute.name];
    if (Array.isArray(existing)) {
      this.effort.spend(existing.length);
      container[attribute.name] = existing.filter((element) => doomed.find(element) === undefined);
    }
  }

  private inSelection(container: JsonObject, selection: Selection): void {
    const { op, target } = this.operation;
    const existing = container[target.name];
    const elements = Array.isArray(existing) ? existing : existing === undefined ? [] : [existing];
    this.effort.spend(elements.length, selection.filter);
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
    const isTaken = !target.multiValued && elements.length > 0;
    if (!template || isTaken || !this.dialect.has('create-from-filter')) {
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
      if (given === undefined && op === 'replace') {
        checkIsNothing(target, value);
        elements.splice(at, 1);
      } else if (given !== undefined) elements[at] = isObject(given) ? { ...kept, ...given } : given;
    }
    const written = elements[at];
    if (isObject(written) && written.primary === true) clearOtherPrimaries(elements, written);
  }

  /** @param refusal what removing a required attribute is called: RFC 7644 §3.5.2.2 says mutability for `remove` */
  private clear(
    container: JsonObject,
    attribute: Attribute,
    refusal: 'mutability' | 'invalidValue' = 'invalidValue',
  ): void {
    if (attribute.required) throw new ScimError(refusal, `${attribute.path} is required; it cannot be removed.`);
    delete container[attribute.name];
  }
}

/**
 * Sub-attributes that the schema does not have are passed over. A value that has no others, such as `{"emails": […]}`
 * at the path `emails`, does not mean that there shall be none.
 * @throws ScimError invalidValue
 */
function checkIsNothing(attribute: Attribute, given: Json | undefined): void {
  if (isNothing(given)) return;
  throw new ScimError('invalidValue', `The value for ${attribute.path} has no sub-attribute that can be set.`);
}

/** Adds an element unless it is there already, in which case it is brought up to date. Returns it as it now stands. */
function addElement(elements: Json[], index: ElementIndex, element: Json): Json {
  const existing = index.find(element);
  if (existing === undefined) {
    elements.push(element);
    index.add(element);
    return element;
  }
  if (isObject(existing) && isObject(element)) Object.assign(existing, element);
  return existing;
}

/** RFC 7643 §2.4: `primary` is true at most once; the one just written wins. */
function clearOtherPrimaries(elements: readonly Json[], primary: JsonObject): void {
  for (const element of elements) {
    if (isObject(element) && element !== primary && element.primary === true) element.primary = false;
  }
}
