/** A priority queue of timed entries, earliest first, equal times in order of insertion. */

/** Something in a heap; what it holds may be changed while it waits. */
export interface HeapEntry<T> {
  readonly dueMs: number;
  readonly order: number;
  value: T;
}

/** Binary min-heap ordered by (due time, insertion number). Push and pop are O(log n). */
export class EventHeap<T> {
  readonly #entries: HeapEntry<T>[] = [];
  #inserted = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** Due time of the earliest entry; absent when empty. */
  peekDueMs(): number | undefined {
    return this.#entries[0]?.dueMs;
  }

  /** Adds a value, and gives its entry. */
  push(dueMs: number, value: T): HeapEntry<T> {
    const entry: HeapEntry<T> = { dueMs, order: this.#inserted++, value };
    let index = this.#entries.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#entries[parentIndex];
      if (parent === undefined || isBefore(parent, entry)) break;
      this.#entries[index] = parent;
      index = parentIndex;
    }
    this.#entries[index] = entry;
    return entry;
  }

  /** Removes and gives the earliest entry; absent when empty. */
  pop(): { readonly dueMs: number; readonly value: T } | undefined {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (top === undefined || last === undefined || top === last) return top;
    this.#sink(last);
    return top;
  }

  #sink(entry: HeapEntry<T>): void {
    const entries = this.#entries;
    let index = 0;
    for (;;) {
      const left = entries[2 * index + 1];
      if (left === undefined) break;
      const right = entries[2 * index + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(entry, child)) break;
      entries[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    entries[index] = entry;
  }
}

function isBefore<T>(a: HeapEntry<T>, b: HeapEntry<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
