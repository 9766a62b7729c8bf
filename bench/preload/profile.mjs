/** Loaded before a server: SIGUSR2 starts the CPU profiler, the next one stops it and writes the file BENCH_PROFILE. */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/** Microseconds between two samples. */
const INTERVAL = 100;

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: INTERVAL });

let isOn = false;

process.on('SIGUSR2', () => {
  if (isOn) session.post('Profiler.stop', write);
  else session.post('Profiler.start');
  isOn = !isOn;
});

function write(error, result) {
  if (error) throw error;
  const file = process.env.BENCH_PROFILE;
  // Complete as soon as it is there.
  writeFileSync(`${file}.part`, JSON.stringify(result.profile));
  renameSync(`${file}.part`, file);
}
