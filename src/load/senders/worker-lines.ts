/** Numbered lines of a worker in their order, each once, however often and in which pieces they came. */
import type { FromSender } from './sender-messages.js';
import { numberOf, readTold } from './worker-messages.js';

/** Puts the lines of one worker in order. */
export class WorkerLines {
  readonly #tell: (message: FromSender) => void;
  readonly #early = new Map<number, FromSender>();
  #next = 0;
  #lost = 0;

  /** @param tell - gets each message once, in order. */
  constructor(tell: (message: FromSender) => void) {
    this.#tell = tell;
  }

  /** Lines that will never come. */
  get lost(): number {
    return this.#lost;
  }

  /** The first line that is missing while later ones have come; undefined when none is. */
  get missingFrom(): number | undefined {
    return this.#early.size === 0 ? undefined : this.#next;
  }

  /** Takes a line; what is no numbered line, or was taken before, or is cut, counts for nothing. */
  take(line: string): void {
    const number = numberOf(line);
    if (number === undefined || number < this.#next || this.#early.has(number)) return;
    const message = readTold(line);
    if (message === undefined) return;
    this.#early.set(number, message);
    this.#tellInOrder();
  }

  /** Tells what has come without waiting for what is missing: it will not come any more. */
  giveUp(): void {
    while (this.#early.size > 0) {
      const first = Math.min(...this.#early.keys());
      this.#lost += first - this.#next;
      this.#next = first;
      this.#tellInOrder();
    }
  }

  #tellInOrder(): void {
    for (;;) {
      const message = this.#early.get(this.#next);
      if (message === undefined) return;
      this.#early.delete(this.#next);
      this.#next++;
      this.#tell(message);
    }
  }
}
