/** What the command line uses of the conformance client. */
export {
  asked,
  type ChosenScenario,
  chooseChecks,
  chooseScenarios,
  chooseSuites,
} from './catalogue.js';
export type { Check } from './check.js';
export type { Credential } from './client/credential.js';
export { createTransport, type RawRequest } from './client/transport.js';
export type { DirectoryOptions } from './directory/run.js';
export { createDryTransport, dryCheck } from './dry-run.js';
export { CannotRun, type Exchange, type Report, SUITES } from './model.js';
export { EXEMPTIONS } from './readings.js';
export { htmlReport } from './report/html.js';
export { jsonReport } from './report/json.js';
export { junitReport } from './report/junit.js';
export { ProgressView } from './report/progress.js';
export { learning, Secrets } from './report/secrets.js';
export { styleFor } from './report/style.js';
export { terminalReport } from './report/terminal.js';
export { levelWord, type Repeat, shellWord } from './report/wording.js';
export { runConformance } from './run.js';
export { bundledScenarios } from './scenarios/load.js';
export type { SessionOptions } from './session.js';
export { HarWriter } from './traffic/har-writer.js';
export { MadeSoFar } from './traffic/made.js';
export { readRecording } from './traffic/read-har.js';
export { runReplay } from './traffic/replay.js';
