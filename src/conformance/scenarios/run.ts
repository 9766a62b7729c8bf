/** Plays a scenario: one result for each step. A step that needs what an earlier one failed to give is skipped. */
import { encodeQuery } from '../client/client.js';
import { type Facts, typeEndpoint } from '../facts.js';
import type { Answer, Json, JsonObject, Result } from '../model.js';
import { type Probe, Skip } from '../probe.js';
import type { Session } from '../session.js';
import { isUnassigned, shown, valueAt } from '../values.js';
import { type Expectation, PLACEHOLDER, type Scenario, type ScenarioStep } from './load.js';

const CONNECTS_WITH = {
  bearer: 'a bearer token (--token)',
  basic: 'a user name and a password (--basic)',
  oauth: 'OAuth client credentials (--client-id, --client-secret, --token-endpoint)',
} as const;

export async function runScenario(session: Session, facts: Facts, scenario: Scenario): Promise<Result[]> {
  const play = new Play(session, facts, scenario);
  const results: Result[] = [];
  for (const step of scenario.steps) results.push(await play.step(step));
  return results;
}

class Play {
  private readonly probe: Probe;
  /** What placeholders stand for. */
  private readonly values: Map<string, string>;

  constructor(
    private readonly session: Session,
    private readonly facts: Facts,
    private readonly scenario: Scenario,
  ) {
    this.probe = session.probe(`scenario.${scenario.id}`, facts);
    const { User, Group } = facts.endpoints;
    this.values = new Map([
      ['run', `${session.prefix}-${scenario.id}`],
      ['users', User],
      ['groups', Group],
    ]);
  }

  step(step: ScenarioStep): Promise<Result> {
    const { scenario } = this;
    const subject = {
      id: `scenario.${scenario.id}.${step.id}`,
      group: `scenario ${scenario.id}`,
      title: step.title,
      level: step.level ?? 'client',
      client: (step.level ?? 'client') === 'client' ? (scenario.client ?? scenario.id) : undefined,
      source: step.source ?? scenario.source,
      fix: step.fix ?? `Make this request work as ${scenario.client ?? 'the client'} sends it.`,
    } as const;
    return this.session.result(subject, () => this.play(step));
  }

  private async play(step: ScenarioStep): Promise<void> {
    this.checkApplies(step);
    const { method, path, query, headers, body } = this.filled(step.request) as unknown as ScenarioStep['request'];
    const answer = await this.probe.request(method, path, { query: encodeQuery(query), headers, body });
    for (const [name, place] of Object.entries(step.save ?? {})) {
      const value = valueAt(answer.body, place);
      if (typeof value === 'string') this.values.set(name, value);
    }
    this.judge(answer, this.filled(step.expect) as unknown as ScenarioStep['expect']);
  }

  private checkApplies({ needsType }: ScenarioStep): void {
    const { credential, needs = [] } = this.scenario;
    if (credential !== 'any' && credential !== this.session.authorizer.kind) {
      throw new Skip(`this client connects with ${CONNECTS_WITH[credential]}`);
    }
    for (const feature of needs) this.probe.needs(feature);
    if (needsType !== undefined && typeEndpoint(this.facts, needsType) === undefined) {
      throw new Skip(`the server does not announce the resource type ${needsType}`);
    }
  }

  private judge(answer: Answer, { status, scimType, headers = {}, body = {} }: ScenarioStep['expect']): void {
    const { probe } = this;
    if (scimType !== undefined) probe.expectError(answer, status, scimType);
    else probe.expectStatus(answer, ...[status].flat());
    for (const name of Object.keys(headers)) {
      const found = answer.headers[name.toLowerCase()];
      probe.expect(found !== undefined, answer, `The answer has no header ${name}`, 'a value', 'nothing');
    }
    for (const [path, expectation] of Object.entries(body)) this.judgeValue(answer, path, expectation);
  }

  private judgeValue(answer: Answer, path: string, expectation: Expectation): void {
    const { probe } = this;
    if (typeof expectation !== 'object') probe.expectEqual(answer, path, expectation);
    else if ('equals' in expectation) probe.expectEqual(answer, path, expectation.equals);
    else if ('present' in expectation) probe.expectPresent(answer, path);
    else if ('missing' in expectation) probe.expectUnassigned(answer, path);
    else if ('contains' in expectation) {
      const found = valueAt(answer.body, path);
      const holds = typeof found === 'string' && found.includes(expectation.contains);
      probe.expect(holds, answer, `${path} of the answer is ${shown(found)}`, `… ${expectation.contains} …`, found);
    } else {
      const found = valueAt(answer.body, path);
      const values = isUnassigned(found) ? [] : [found].flat().map((each) => String(valueAt(each, 'value')));
      const wanted = expectation.members;
      const holds = values.length === wanted.length && wanted.every((value) => values.includes(value));
      probe.expect(holds, answer, `${path} of the answer has ${values.length} elements`, wanted, values);
    }
  }

  /** With every placeholder replaced. @throws Skip when a value is missing */
  private filled(part: object): Json {
    return this.fill(part as JsonObject);
  }

  private fill(value: Json): Json {
    if (typeof value === 'string') return value.replace(PLACEHOLDER, (_, name: string) => this.valueOf(name));
    if (Array.isArray(value)) return value.map((each) => this.fill(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [this.fill(name), each === undefined ? undefined : this.fill(each)]),
    ) as JsonObject;
  }

  private valueOf(name: string): string {
    const [kind, argument = ''] = name.split(' ');
    if (kind === 'uuid' && !this.values.has(name)) this.values.set(name, this.probe.random.uuid());
    if (kind === 'type') return typeEndpoint(this.facts, argument) ?? `/${argument}s`;
    const value = this.values.get(name);
    if (value === undefined) throw new Skip(`an earlier step did not give \${${name}}`);
    return value;
  }
}
