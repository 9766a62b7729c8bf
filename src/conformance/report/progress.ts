/** What is seen while a run goes on: a line that changes on a screen, lines one below the other elsewhere. */
import type { OnProgress, Progress, Result, Verdict } from '../model.js';
import type { Style } from './style.js';
import { counted, duration, sentence } from './wording.js';

interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Columns of the screen; undefined where lines cannot be rewritten. */
  readonly columns: (() => number) | undefined;
  readonly style: Style;
}

const BAR = 24;
/** ms between two pictures of the line. */
const PACE = 80;
/** Back to the start of the line, and empty it. */
const CLEAR = '\r\u001b[2K';

const MARKS: Readonly<Record<Verdict, string>> = {
  passed: 'ok',
  failed: 'FAILED',
  warned: 'warning',
  skipped: 'skipped',
};

/** Follows a run. `end` leaves the screen clean. */
export class ProgressView {
  private total = 0;
  private done = 0;
  private readonly counts: Record<Verdict, number> = { passed: 0, failed: 0, warned: 0, skipped: 0 };
  private doing = '';
  private drawnAt = 0;
  private isDrawn = false;
  private lastStep = '';

  constructor(private readonly options: ProgressOptions) {}

  readonly onProgress: OnProgress = (progress) => {
    this.note(progress);
    if (this.options.columns) this.draw(progress.kind === 'result');
    else this.writeLine(progress);
  };

  end(): void {
    if (this.isDrawn) this.options.write(CLEAR);
    this.isDrawn = false;
  }

  private note(progress: Progress): void {
    switch (progress.kind) {
      case 'planned':
        this.total = progress.total;
        break;
      case 'started':
        this.doing = `${progress.group}: ${progress.title}`;
        break;
      case 'step':
        this.doing = `${progress.what} (${progress.done} of ${progress.of})`;
        break;
      case 'result':
        this.done++;
        this.counts[progress.result.verdict]++;
    }
  }

  /** What is wrong is told at once, the rest by tenths. */
  private writeLine(progress: Progress): void {
    const { write, style } = this.options;
    if (progress.kind === 'planned') write(`${counted(progress.total, 'check')} to run\n`);
    if (progress.kind === 'result') {
      const { result } = progress;
      if (result.verdict === 'failed' || result.verdict === 'warned') write(`${resultLine(result, style)}\n`);
      this.writeTenth('checks run', this.done, Math.max(this.total, this.done));
    }
    if (progress.kind === 'step') this.writeTenth(progress.what, progress.done, progress.of);
  }

  private writeTenth(what: string, done: number, of: number): void {
    const step = `${what} ${Math.floor((done * 10) / of)}`;
    if (of < 20 || done * 10 < of || step === this.lastStep) return;
    this.lastStep = step;
    this.options.write(`${what}: ${done} of ${of}\n`);
  }

  private draw(isResult: boolean): void {
    const { write, columns, style } = this.options;
    const now = performance.now();
    const isLast = isResult && this.done === this.total;
    if (!isLast && now - this.drawnAt < PACE) return;
    this.drawnAt = now;
    this.isDrawn = true;
    const share = this.total === 0 ? 0 : Math.min(1, this.done / this.total);
    const filled = Math.round(share * BAR);
    const { passed, failed, warned, skipped } = this.counts;
    const figures = ` ${this.done}/${Math.max(this.total, this.done)}  ${passed} passed`;
    const bad = failed > 0 ? `, ${failed} failed` : '';
    const rest = `${warned > 0 ? `, ${warned} warned` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    const room = (columns?.() ?? 80) - 1 - BAR - figures.length - bad.length - rest.length - 2;
    const doing = room < 8 ? '' : `  ${shortened(this.doing, room)}`;
    const bar = `${style('cyan', '█'.repeat(filled))}${style('gray', '░'.repeat(BAR - filled))}`;
    write(`${CLEAR}${bar}${figures}${style('red', bad)}${rest}${style('gray', doing)}`);
  }
}

function resultLine({ id, verdict, milliseconds, finding, reason }: Result, style: Style): string {
  const colour = { passed: 'green', failed: 'red', warned: 'yellow', skipped: 'gray' } as const;
  const mark = style(colour[verdict], MARKS[verdict].padEnd(8));
  const said = finding?.message ?? reason;
  return `${mark}${id} (${duration(milliseconds)})${said === undefined ? '' : `: ${sentence(said)}`}`;
}

function shortened(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}
