/**
 * Which operations of a bulk request are done together, and in which order (RFC 7644 §3.7.1). Operations that refer to
 * each other, directly or through others, are one unit: done all or none. Units keep the order of the request as far
 * as they can; operations on one resource always keep theirs.
 */
import type { BulkOperation } from './bulk.js';

/** Indices of operations that are done all or none, in the order in which they are done. */
export type Unit = readonly number[];

export function orderUnits(operations: readonly BulkOperation[]): Unit[] {
  const units = connected(operations);
  return inOrder(units, predecessors(units, operations)).map((unit) => creatingFirst(unit, operations));
}

/** The parts that references hold together; each in the order of the request, and so are they. */
function connected(operations: readonly BulkOperation[]): number[][] {
  const parent = operations.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] as number;
    for (let at = index; at !== root; ) [at, parent[at]] = [parent[at] as number, root];
    return root;
  };
  const creators = new Map<string, number>();
  for (const [index, { method, bulkId }] of operations.entries()) {
    if (method === 'POST' && bulkId !== undefined) creators.set(bulkId, index);
  }
  for (const [index, { references }] of operations.entries()) {
    for (const reference of references) {
      const creator = creators.get(reference);
      if (creator !== undefined) parent[rootOf(creator)] = rootOf(index);
    }
  }
  const units = new Map<number, number[]>();
  for (const index of operations.keys()) {
    const root = rootOf(index);
    const unit = units.get(root);
    if (unit) unit.push(index);
    else units.set(root, [index]);
  }
  return [...units.values()];
}

/** For each unit those that must be done before it, since they come first to a resource that it comes to as well. */
function predecessors(units: readonly Unit[], operations: readonly BulkOperation[]): ReadonlySet<number>[] {
  const unitOf: number[] = [];
  for (const [unit, indices] of units.entries()) for (const index of indices) unitOf[index] = unit;
  const before = units.map(() => new Set<number>());
  const last = new Map<string, number>();
  for (const [index, { target }] of operations.entries()) {
    if (target?.id === undefined) continue;
    const resource = `${target.type.name}\0${target.id}`;
    const earlier = last.get(resource);
    const unit = unitOf[index] as number;
    if (earlier !== undefined && earlier !== unit) before[unit]?.add(earlier);
    last.set(resource, unit);
  }
  return before;
}

/**
 * Each unit behind its predecessors. Units that must each come before the other become one: their operations on one
 * resource could not keep their order otherwise. (Tarjan's strongly connected components, which come out in order.)
 */
function inOrder(units: readonly Unit[], before: readonly ReadonlySet<number>[]): Unit[] {
  const ordered: Unit[] = [];
  const numbers: number[] = [];
  const lowest: number[] = [];
  const open: number[] = [];
  const isOpen = new Set<number>();
  let count = 0;
  const visit = (unit: number): void => {
    numbers[unit] = lowest[unit] = count++;
    open.push(unit);
    isOpen.add(unit);
    for (const earlier of before[unit] ?? []) {
      if (numbers[earlier] === undefined) visit(earlier);
      if (isOpen.has(earlier)) lowest[unit] = Math.min(lowest[unit] as number, lowest[earlier] as number);
    }
    if (lowest[unit] !== numbers[unit]) return;
    const together = open.splice(open.lastIndexOf(unit));
    for (const one of together) isOpen.delete(one);
    ordered.push(together.flatMap((one) => units[one] ?? []).sort((a, b) => a - b));
  };
  for (const unit of units.keys()) if (numbers[unit] === undefined) visit(unit);
  return ordered;
}

/** A path may refer to what a later operation creates. */
function creatingFirst(unit: Unit, operations: readonly BulkOperation[]): Unit {
  const creates = (index: number): boolean => operations[index]?.method === 'POST';
  return [...unit.filter(creates), ...unit.filter((index) => !creates(index))];
}
