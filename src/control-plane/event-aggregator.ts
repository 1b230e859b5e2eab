/** Which events are counted up, combined or dropped: the correlation of client-go's recorder, pure. */
import type { ObjectReference } from '../core/objects.js';
import type { EpochMs } from '../time/clock.js';

/** An event as a component reports it. */
export interface ReportedEvent {
  readonly regarding: ObjectReference;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What is to be written. */
export type ObservedEvent =
  | { readonly kind: 'dropped' }
  | {
      /** `new`: create one. `repeated`: count up the one called `name`, or create it if it is gone. */
      readonly kind: 'new' | 'repeated';
      /** The event's name; empty when new. */
      readonly name: string;
      readonly message: string;
      readonly count: number;
      /** Tells under which name it was created. */
      readonly named: (name: string) => void;
    };

interface Similar {
  readonly messages: Set<string>;
  lastMs: EpochMs;
}

interface Observation {
  name: string;
  count: number;
}

interface Allowance {
  tokens: number;
  lastMs: EpochMs;
}

// client-go tools/record/events_cache.go
const MAX_CACHE_ENTRIES = 4_096;
const MAX_SIMILAR_EVENTS = 10;
const SIMILAR_INTERVAL_MS = 600_000;
const BURST = 25;
const REFILL_PER_MS = 1 / 300_000;
const COMBINED_PREFIX = '(combined from similar events): ';

/**
 * Follows upstream's three rules: equal events of one object are one event with a count; from the
 * tenth different message of one reason on (within ten minutes of each other) they are combined;
 * one object may have 25 writes, then one every five minutes.
 *
 * @see Source: kubernetes `client-go/tools/record/events_cache.go`, `EventCorrelator.EventCorrelate`.
 */
export class EventAggregator {
  readonly #similar = new Map<string, Similar>();
  readonly #observations = new Map<string, Observation>();
  readonly #allowances = new Map<string, Allowance>();

  /** Counts the event in and says what is to be written. */
  observe(event: ReportedEvent, nowMs: EpochMs): ObservedEvent {
    const { regarding, type, reason, message } = event;
    const subject = JSON.stringify([
      regarding.kind,
      regarding.namespace,
      regarding.name,
      regarding.uid,
      regarding.apiVersion,
    ]);
    const similarKey = JSON.stringify([subject, type, reason]);
    const isCombined = this.#isCombined(similarKey, message, nowMs);
    const text = isCombined ? COMBINED_PREFIX + message : message;
    const key = isCombined
      ? similarKey
      : JSON.stringify([subject, regarding.fieldPath, type, reason, message]);
    const known = this.#observations.get(key);
    const observation = { name: known?.name ?? '', count: (known?.count ?? 0) + 1 };
    remember(this.#observations, key, observation);
    if (!this.#isAllowed(subject, nowMs)) return { kind: 'dropped' };
    return {
      kind: observation.name === '' ? 'new' : 'repeated',
      name: observation.name,
      message: text,
      count: observation.count,
      named: (name) => {
        observation.name = name;
      },
    };
  }

  #isCombined(key: string, message: string, nowMs: EpochMs): boolean {
    const known = this.#similar.get(key);
    const isFresh = known !== undefined && nowMs - known.lastMs <= SIMILAR_INTERVAL_MS;
    forgetFirst(this.#similar, ({ lastMs }) => nowMs - lastMs > SIMILAR_INTERVAL_MS);
    const similar = isFresh ? known : { messages: new Set<string>(), lastMs: nowMs };
    similar.lastMs = nowMs;
    similar.messages.add(message);
    remember(this.#similar, key, similar);
    if (similar.messages.size < MAX_SIMILAR_EVENTS) return false;
    // one message fewer, so that the set does not grow beyond the limit
    for (const oldest of similar.messages) {
      similar.messages.delete(oldest);
      break;
    }
    return true;
  }

  #isAllowed(subject: string, nowMs: EpochMs): boolean {
    const known = this.#allowances.get(subject) ?? { tokens: BURST, lastMs: nowMs };
    const tokens = refilled(known, nowMs);
    forgetFirst(this.#allowances, (allowance) => refilled(allowance, nowMs) === BURST);
    const isAllowed = tokens >= 1;
    remember(this.#allowances, subject, {
      tokens: isAllowed ? tokens - 1 : tokens,
      lastMs: nowMs,
    });
    return isAllowed;
  }
}

function refilled({ tokens, lastMs }: Allowance, nowMs: EpochMs): number {
  return Math.min(BURST, tokens + (nowMs - lastMs) * REFILL_PER_MS);
}

/** Forgets those used longest ago of which nothing more follows than of none. */
function forgetFirst<T>(map: Map<string, T>, isOver: (entry: T) => boolean): void {
  for (const [key, entry] of map) {
    if (!isOver(entry)) return;
    map.delete(key);
  }
}

/** Puts the entry last and forgets the one that was used longest ago. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_CACHE_ENTRIES) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
