/** Shows something that changes: redrawn in place on a terminal, a line now and then elsewhere. */
import { createLogUpdate } from 'log-update';
import type { Cancel, Clock } from '../time/clock.js';

/** What is shown and how. */
export interface RedrawOptions {
  readonly clock: Clock;
  /** Plain lines even on a terminal. */
  readonly isPlain: boolean;
  /** Lines of at most so many columns, always as many. */
  readonly view: (columns: number) => readonly string[];
  /** All of it in one line. */
  readonly line: () => string;
}

const VIEW_PERIOD_MS = 500;
const LINE_PERIOD_MS = 5_000;
const DEFAULT_COLUMNS = 100;

/** Redraws by itself from {@link Redraw.changed} until closed. */
export class Redraw {
  readonly #options: RedrawOptions;
  readonly #view: ReturnType<typeof createLogUpdate> | undefined;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(options: RedrawOptions) {
    this.#options = options;
    const isView = process.stdout.isTTY && !options.isPlain;
    this.#view = isView ? createLogUpdate(process.stdout, { showCursor: true }) : undefined;
  }

  /** Shows the present state at once, then each period. */
  changed(): void {
    if (this.#isClosed) return;
    this.#cancel?.();
    this.#draw();
    const periodMs = this.#view === undefined ? LINE_PERIOD_MS : VIEW_PERIOD_MS;
    this.#cancel = this.#options.clock.after(periodMs, () => this.changed());
  }

  /** Says something that stays, above what is redrawn. */
  say(text: string): void {
    this.#view?.clear();
    process.stdout.write(`${text}\n`);
    if (this.#view !== undefined && !this.#isClosed) this.#draw();
  }

  /** Leaves the last state on the screen. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#view?.done();
  }

  #draw(): void {
    const { view, line } = this.#options;
    if (this.#view === undefined) process.stdout.write(`${line()}\n`);
    else this.#view(view(columnsOf(process.stdout.columns)).join('\n'));
  }
}

/** A terminal that does not know its size says 0. */
function columnsOf(told: number | undefined): number {
  return told === undefined || told === 0 ? DEFAULT_COLUMNS : told;
}
