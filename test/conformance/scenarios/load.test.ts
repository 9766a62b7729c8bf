/** Scenario files: those that come along are right, and a wrong one is told apart with line and field. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundledScenarios, loadScenario, parseScenario } from '../../../src/conformance/scenarios/load.js';

const FOLDER = path.resolve(import.meta.dirname, '../../../src/conformance/scenarios');

const GOOD = `{
  "id": "mine",
  "title": "My own way.",
  "source": "Our wiki",
  "credential": "any",
  "steps": [
    {
      "id": "create",
      "title": "Ana is created.",
      "request": { "method": "POST", "path": "\${users}", "body": { "userName": "\${run}-ana" } },
      "expect": { "status": 201 },
      "save": { "ana": "id" }
    },
    {
      "id": "delete",
      "title": "Ana is deleted.",
      "request": { "method": "DELETE", "path": "\${users}/\${ana}" },
      "expect": { "status": [204, 200] }
    }
  ]
}
`;

/** With one line of the good file changed. */
function with_(line: string, instead: string): string {
  expect(GOOD).toContain(line);
  return GOOD.replace(line, instead);
}

test('every bundled file is loaded, and named by its id', () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'scenario.schema.json');
  expect(bundledScenarios().map(({ id }) => `${id}.json`)).toEqual(names.sort());
  expect(names).toEqual(
    expect.arrayContaining(['deployment-plan.json', 'n-able.json', 'netskope.json', 'netsuite.json', 'samanage.json']),
  );
});

test('a good file is taken as it is', () => {
  expect(parseScenario(GOOD, 'mine.json')).toEqual(JSON.parse(GOOD));
});

describe('a wrong file is refused with its name, the line and the field', () => {
  test.each([
    ['no JSON', with_('"source": "Our wiki",', '"source": "Our wiki"'), /^mine\.json, line 5: this is not JSON/],
    ['empty', '', /^mine\.json, line 1: /],
    [
      'an unknown field',
      with_('"credential"', '"credentials"'),
      /^mine\.json, line \d+: (credentials is not known|.*'credential')/,
    ],
    [
      'a wrong method',
      with_('"method": "POST"', '"method": "FETCH"'),
      /line 10: steps\.0\.request\.method must be one of GET, POST/,
    ],
    ['a wrong status', with_('"status": 201', '"status": "201"'), /line 11: steps\.0\.expect\.status/],
    [
      'an unknown placeholder',
      with_('${users}/${ana}', '${users}/${bo}'),
      /line 17: \$\{bo\} has no value here: no step before delete saves it/,
    ],
    [
      'two steps of one id',
      with_('"id": "delete"', '"id": "create"'),
      /line 15: there is another step with the id create/,
    ],
    [
      'a deletion of what is not its own',
      with_('${users}/${ana}', '/Users/42'),
      /line 17: a DELETE may only name something that an earlier step has made/,
    ],
    ['a title that is no sentence', with_('"My own way."', '"My own way"'), /line 3: title does not have the form/],
  ])('%s', (_, text, message) => {
    expect(() => parseScenario(text, 'mine.json')).toThrow(message);
  });

  test('a file that is not there', async () => {
    await expect(loadScenario('/nowhere/mine.json')).rejects.toThrow(
      /^The scenario \/nowhere\/mine\.json cannot be read/,
    );
  });
});
