import type { Json, JsonObject } from '../model.js';

/** A user's or a bundled list of steps; see scenario.schema.json. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  readonly id: string;
  readonly title: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: Json };
  readonly expect: JsonObject;
}
