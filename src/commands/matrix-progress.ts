/** How far a matrix is, and how long it will take. */
import { formatDurationMs } from '../core/duration.js';
import type { MatrixFolder } from '../run/matrix-folder.js';
import type { Clock } from '../time/clock.js';
import { Redraw } from './redraw.js';

const LONGEST_BAR = 40;
const SECOND_MS = 1_000;

/** A bar on a terminal, a line now and then elsewhere; a line at the end. */
export class MatrixProgress {
  readonly #folder: MatrixFolder;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #workers: number;
  readonly #redraw: Redraw;
  #done = 0;

  constructor(of: {
    readonly folder: MatrixFolder;
    readonly clock: Clock;
    /** Plain lines even on a terminal. */
    readonly isPlain: boolean;
    readonly workers: number;
  }) {
    this.#folder = of.folder;
    this.#clock = of.clock;
    this.#workers = of.workers;
    this.#startedMs = of.clock.now();
    this.#redraw = new Redraw({
      clock: of.clock,
      isPlain: of.isPlain,
      view: (columns) => [this.#bar(columns), this.#line()],
      line: () => this.#line(),
    });
    this.#redraw.changed();
  }

  /** One more trial has ended. */
  ended(): void {
    this.#done++;
  }

  /** Says how it went. */
  close(): void {
    this.#redraw.close();
    const { all, completed } = this.#folder.counts;
    const tookS = ((this.#clock.now() - this.#startedMs) / SECOND_MS).toFixed(1);
    process.stdout.write(
      `${this.#done} trials in ${tookS} s on ${this.#workers} worker process${this.#workers === 1 ? '' : 'es'}; ${completed} of ${all} are done\n`,
    );
  }

  #bar(columns: number): string {
    const { all, completed, failed } = this.#folder.counts;
    const length = Math.min(LONGEST_BAR, Math.max(1, columns - 10));
    const full = all === 0 ? length : Math.floor((length * (completed + failed)) / all);
    return `[${'#'.repeat(full)}${'.'.repeat(length - full)}]`;
  }

  #line(): string {
    const { all, completed, failed } = this.#folder.counts;
    const bad = failed === 0 ? '' : `, ${failed} failed`;
    return `${completed} of ${all} trials done${bad}${this.#remaining()}`;
  }

  #remaining(): string {
    if (this.#done === 0) return '';
    const { all, completed, failed } = this.#folder.counts;
    const eachMs = (this.#clock.now() - this.#startedMs) / this.#done;
    const leftMs = Math.ceil((eachMs * (all - completed - failed)) / SECOND_MS) * SECOND_MS;
    return `, about ${formatDurationMs(leftMs)} to go`;
  }
}
