/** A first-in, first-out queue that moves nothing. */

const COMPACT_FROM = 1_024;

/** Push and shift in constant time. */
export class WaitingLine<T> {
  readonly #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The first item, which stays; absent when there is none. */
  first(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the first item; absent when there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }
}
