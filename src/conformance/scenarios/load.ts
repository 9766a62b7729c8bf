/**
 * Scenario files: steps as data. A file is checked against scenario.schema.json and for names that no earlier step has
 * saved, and what is wrong is told with its line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { CannotRun, type Feature, type Json, type Level } from '../model.js';

/** A list of steps; scenario.schema.json says what each part means. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly client?: string;
  readonly source: string;
  readonly credential: 'any' | 'bearer' | 'basic' | 'oauth';
  readonly needs?: readonly Feature[];
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  readonly id: string;
  readonly title: string;
  readonly level?: Level;
  readonly source?: string;
  readonly fix?: string;
  readonly needsType?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string | number | boolean>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Json;
  };
  readonly expect: {
    readonly status: number | readonly number[];
    readonly scimType?: string;
    readonly headers?: Readonly<Record<string, 'present'>>;
    readonly body?: Readonly<Record<string, Expectation>>;
  };
  /** Names for later steps, with the path of a text in the answer. */
  readonly save?: Readonly<Record<string, string>>;
}

/** What must be at one path of an answer. A text, number or truth value stands for `equals`. */
export type Expectation =
  | string
  | number
  | boolean
  | { readonly equals: Json }
  | { readonly members: readonly string[] }
  | { readonly contains: string }
  | { readonly present: true }
  | { readonly missing: true };

const FOLDER = new URL('./', import.meta.url);
const SCHEMA = 'scenario.schema.json';

/** `${ana}`, `${uuid sales}` */
export const PLACEHOLDER = /\$\{([^}]*)\}/g;
/** Known before the first step. */
const GIVEN: ReadonlySet<string> = new Set(['run', 'users', 'groups']);

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(new URL(SCHEMA, FOLDER), 'utf8')) as object,
);

/** Those that come with the package, by id. */
export function bundledScenarios(): Scenario[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json') && name !== SCHEMA)
    .sort()
    .map((name) => parseScenario(readFileSync(new URL(name, FOLDER), 'utf8'), name));
}

/** A scenario of the user's own. @throws CannotRun that names the file, the line and the field */
export async function loadScenario(path: string): Promise<Scenario> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CannotRun(`The scenario ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseScenario(text, path);
}

/** @param name of the file, for messages. @throws CannotRun */
export function parseScenario(text: string, name: string): Scenario {
  const refuse = (offset: number, what: string): never => {
    const line = text.slice(0, offset).split('\n').length;
    throw new CannotRun(`${name}, line ${line}: ${what}`);
  };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (error) refuse(error.offset, `this is not JSON (${printParseErrorCode(error.error)}).`);
  if (!tree) return refuse(0, 'the file is empty.');
  const scenario: unknown = JSON.parse(text);
  if (!validate(scenario)) {
    const [first] = [...(validate.errors ?? [])].sort((a, b) => depth(b) - depth(a));
    const { path, sentence } = described(first as ErrorObject);
    refuse(nodeAt(tree, path).offset, `${path.join('.') || 'the scenario'} ${sentence}.`);
  }
  checkSteps(scenario as Scenario, (path, what) => refuse(nodeAt(tree, path).offset, what));
  return scenario as Scenario;
}

type Refuse = (path: readonly (string | number)[], what: string) => never;

/** What the schema cannot say: ids are unique, and every placeholder has a value by then. */
function checkSteps({ steps }: Scenario, refuse: Refuse): void {
  const ids = new Set<string>();
  const known = new Set(GIVEN);
  for (const [i, step] of steps.entries()) {
    if (ids.has(step.id)) refuse(['steps', i, 'id'], `there is another step with the id ${step.id}.`);
    ids.add(step.id);
    for (const part of ['request', 'expect'] as const) {
      for (const [, name = ''] of JSON.stringify(step[part]).matchAll(PLACEHOLDER)) {
        if (known.has(name) || /^(?:uuid|type) [A-Za-z][A-Za-z0-9-]*$/.test(name)) continue;
        refuse(['steps', i, part], `\${${name}} has no value here: no step before ${step.id} saves it.`);
      }
    }
    if (['PUT', 'PATCH', 'DELETE'].includes(step.request.method) && !namesOwn(step.request.path)) {
      const what = `a ${step.request.method} may only name something that an earlier step has made and saved`;
      refuse(['steps', i, 'request', 'path'], `${what}, such as \${users}/\${ana}.`);
    }
    for (const name of Object.keys(step.save ?? {})) known.add(name);
  }
}

/** True when the path has a placeholder other than those for endpoints. */
function namesOwn(path: string): boolean {
  return [...path.matchAll(PLACEHOLDER)].some(([, name = '']) => !GIVEN.has(name) && !name.startsWith('type '));
}

function depth({ instancePath }: ErrorObject): number {
  return instancePath.split('/').length;
}

function described({ instancePath, keyword, params, message }: ErrorObject): {
  path: (string | number)[];
  sentence: string;
} {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    return { path: [...path, name], sentence: 'is not known here' };
  }
  if (keyword === 'enum') return { path, sentence: `must be one of ${(params.allowedValues as string[]).join(', ')}` };
  if (keyword === 'pattern') return { path, sentence: `does not have the form ${String(params.pattern)}` };
  return { path, sentence: message ?? 'is not right' };
}

/** The node at the path, or the nearest one above it. */
function nodeAt(tree: Node, path: readonly (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return node;
  }
  return tree;
}
