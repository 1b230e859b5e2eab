/** A first-in, first-out queue in which nothing stands twice. */

/** Adding what already waits changes nothing; what was taken may be added again. */
export class WorkQueue<T> {
  #ids: string[] = [];
  #head = 0;
  readonly #waiting = new Map<string, T>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Puts an item last unless one of the same id waits already. */
  add(id: string, item: T): void {
    if (this.#waiting.has(id)) return;
    this.#waiting.set(id, item);
    this.#ids.push(id);
  }

  /** Takes the first item; undefined when none waits. */
  take(): T | undefined {
    const id = this.#ids[this.#head];
    if (id === undefined) return undefined;
    this.#head++;
    // what was taken must not pile up in a queue that is never empty
    if (this.#head * 2 > this.#ids.length) {
      this.#ids = this.#ids.slice(this.#head);
      this.#head = 0;
    }
    const item = this.#waiting.get(id);
    this.#waiting.delete(id);
    return item;
  }

  clear(): void {
    this.#ids = [];
    this.#head = 0;
    this.#waiting.clear();
  }
}
