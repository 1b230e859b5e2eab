/** The requests under way, such that those that take too long are found at once. */
import { DUE_WITHIN_MS } from './driver.js';
import type { Exchange } from './engine.js';

/** Requests with the same timeout, oldest first: the first one is the next to time out. */
interface Lane {
  readonly timeoutMs: number;
  oldest: Exchange | undefined;
  newest: Exchange | undefined;
}

const NO_LANE: Lane = { timeoutMs: 0, oldest: undefined, newest: undefined };

/** A linked list for each timeout there is: adding and removing take the same time however many there are. */
export class UnderWay {
  readonly #lanes: Lane[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a request that is sent now. */
  add(exchange: Exchange): void {
    const lane = this.#laneOf(exchange.request.timeoutMs);
    exchange.previous = lane.newest;
    if (lane.newest === undefined) lane.oldest = exchange;
    else lane.newest.next = exchange;
    lane.newest = exchange;
    this.#count++;
  }

  /** Removes a request that was added. */
  remove(exchange: Exchange): void {
    const lane = this.#laneOf(exchange.request.timeoutMs);
    const { previous, next } = exchange;
    if (previous === undefined) lane.oldest = next;
    else previous.next = next;
    if (next === undefined) lane.newest = previous;
    else next.previous = previous;
    exchange.previous = undefined;
    exchange.next = undefined;
    this.#count--;
  }

  /** A request that was sent its timeout ago or longer; absent when there is none. */
  overdue(elapsedMs: number): Exchange | undefined {
    for (let index = 0; index < this.#lanes.length; index++) {
      const { oldest, timeoutMs } = this.#lanes[index] ?? NO_LANE;
      if (oldest === undefined) continue;
      if (elapsedMs + DUE_WITHIN_MS >= oldest.sentMs + timeoutMs) return oldest;
    }
    return undefined;
  }

  /** When the next request will have taken too long; absent when none is under way. */
  nextTimeoutMs(): number | undefined {
    let nextMs: number | undefined;
    for (let index = 0; index < this.#lanes.length; index++) {
      const { oldest, timeoutMs } = this.#lanes[index] ?? NO_LANE;
      if (oldest === undefined) continue;
      const atMs = oldest.sentMs + timeoutMs;
      if (nextMs === undefined || atMs < nextMs) nextMs = atMs;
    }
    return nextMs;
  }

  #laneOf(timeoutMs: number): Lane {
    const first = this.#lanes[0];
    if (first?.timeoutMs === timeoutMs) return first;
    for (const lane of this.#lanes) if (lane.timeoutMs === timeoutMs) return lane;
    const lane: Lane = { timeoutMs, oldest: undefined, newest: undefined };
    this.#lanes.push(lane);
    return lane;
  }
}
