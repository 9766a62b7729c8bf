/** The server by itself: its options come from the file, the curl commands go through, conformance passes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, run } from '../packed.mjs';
import { conformance, whileRunning } from './running.mjs';

export async function standalone(folder, say) {
  await whileRunning(folder, { SCIM_TARGET_PORT: '0' }, async (program) => {
    const token = await program.says(/Token:\s+(\S+)/);
    const url = await program.says(/SCIM base URL:\s+(\S+)/);
    const script = path.join(folder, 'try.sh');
    const output = run('bash', [script], folder, { ...process.env, TOKEN: token, BASE: new URL(url).origin });
    const steps = readFileSync(script, 'utf8').match(/^echo/gm).length;
    for (const part of ['"totalResults":1', '"display":"Engineers"', '"active":false', 'Both are deleted.']) {
      if (!output.replaceAll(': ', ':').includes(part)) throw new Failure(`try.sh does not print ${part}:\n${output}`);
    }
    say(`${steps} steps of curl commands do what they say`);
    conformance(folder, url, token, '--scenario', 'deployment-plan');
    say('the scenario deployment-plan passes');
  });
}
