/** Writes core/v1 Events the way upstream's components do: named, counted, combined and limited. */
import { kubeMicroTime, kubeTime } from '../core/kube-time.js';
import type { KubeEvent, KubeObject, ObjectReference } from '../core/objects.js';
import type { EpochMs } from '../time/clock.js';
import { ApiError } from './api-error.js';
import type { KubeApi } from './api.js';
import { EventAggregator } from './event-aggregator.js';
import { EVENTS } from './resources.js';

/** `Warning` is for what a user should look at. */
export type EventType = 'Normal' | 'Warning';

/** What an event is about: an object, or one field of it such as `spec.containers{app}`. */
export type EventSubject = KubeObject | { readonly object: KubeObject; readonly fieldPath: string };

/** Everything of an event but its subject. */
export type EventFields = readonly [
  type: EventType,
  reason: string,
  message: string,
  nowMs: EpochMs,
];

/** How a recorder is made. */
export interface EventRecorderOptions {
  readonly api: KubeApi;
  /** Who reports: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** The node the reporter runs on, where that matters. */
  readonly host?: string;
  /**
   * `counted` (default): client-go's older recorder, which counts equal events and combines similar
   * ones. `series`: its newer one, which the scheduler uses.
   */
  readonly style?: 'counted' | 'series';
}

interface SeriesEvent {
  readonly namespace: string;
  readonly name: string;
  count: number;
}

/** What was being done, by reason, where it is not `Binding`. */
const SERIES_ACTIONS: Readonly<Record<string, string>> = {
  FailedScheduling: 'Scheduling',
  Preempted: 'Preempting',
};
const MAX_SERIES = 4_096;
const MAX_NAME_ATTEMPTS = 1_000;

/**
 * Records events. An event that the API refuses is lost, as upstream's are: nothing may fail because
 * it could not be reported.
 *
 * @see Source: kubernetes `client-go/tools/record/event.go` and `events_cache.go`;
 *   `client-go/tools/events/event_broadcaster.go` for `series`.
 */
export class EventRecorder {
  readonly #api: KubeApi;
  readonly #component: string;
  readonly #host: string;
  readonly #isSeries: boolean;
  readonly #aggregator = new EventAggregator();
  readonly #series = new Map<string, SeriesEvent>();
  #refused = 0;

  constructor({ api, component, host = '', style = 'counted' }: EventRecorderOptions) {
    this.#api = api;
    this.#component = component;
    this.#host = host;
    this.#isSeries = style === 'series';
  }

  /** Events lost because the API refused them. */
  get refused(): number {
    return this.#refused;
  }

  /** Records one event about `subject` at `nowMs`, unless the subject has had too many. */
  event(subject: EventSubject, ...fields: EventFields): void {
    const regarding = referenceTo(subject);
    try {
      if (this.#isSeries) this.#recordSeries(regarding, fields);
      else this.#recordCounted(regarding, fields);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused++;
    }
  }

  #recordCounted(regarding: ObjectReference, fields: EventFields): void {
    const [type, reason, message, nowMs] = fields;
    const observed = this.#aggregator.observe({ regarding, type, reason, message }, nowMs);
    if (observed.kind === 'dropped') return;
    const namespace = eventNamespace(regarding);
    if (observed.kind === 'repeated') {
      const stored = this.#api.get(EVENTS, { namespace, name: observed.name });
      if (stored !== undefined) {
        const { count } = observed;
        const lastTimestamp = kubeTime(nowMs);
        this.#api.update(EVENTS, { ...stored, count, lastTimestamp, message: observed.message });
        return;
      }
    }
    const name = this.#create(regarding, nowMs, {
      type,
      reason,
      message: observed.message,
      count: observed.count,
      firstTimestamp: kubeTime(nowMs),
      lastTimestamp: kubeTime(nowMs),
      eventTime: null,
      source: {
        component: this.#component,
        ...(this.#host === '' ? {} : { host: this.#host }),
      },
      reportingComponent: this.#component,
      reportingInstance: this.#host,
    });
    observed.named(name);
  }

  /** The reference's version is part of the key: a pod that changed in between starts a new event. */
  #recordSeries(regarding: ObjectReference, fields: EventFields): void {
    const [type, reason, message, nowMs] = fields;
    const key = JSON.stringify([regarding, type, reason]);
    const namespace = eventNamespace(regarding);
    const known = this.#series.get(key);
    const stored =
      known === undefined ? undefined : this.#api.get(EVENTS, { namespace, name: known.name });
    if (known !== undefined && stored !== undefined) {
      known.count++;
      const series = { count: known.count, lastObservedTime: kubeMicroTime(nowMs) };
      this.#api.update(EVENTS, { ...stored, series });
      return;
    }
    const name = this.#create(regarding, nowMs, {
      type,
      reason,
      message,
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: kubeMicroTime(nowMs),
      source: {},
      action: SERIES_ACTIONS[reason] ?? 'Binding',
      reportingComponent: this.#component,
      reportingInstance: this.#host === '' ? this.#component : `${this.#component}-${this.#host}`,
    });
    this.#series.delete(key);
    this.#series.set(key, { namespace, name, count: 1 });
    this.#forgetSeries();
  }

  /** The oldest whose events are gone: the next of their kind begin anew. */
  #forgetSeries(): void {
    for (const [key, event] of this.#series) {
      const isOver = this.#api.get(EVENTS, event) === undefined;
      if (!isOver && this.#series.size <= MAX_SERIES) return;
      this.#series.delete(key);
    }
  }

  /** Names are the instant in nanoseconds; several events of one instant take the next free one. */
  #create(
    regarding: ObjectReference,
    nowMs: EpochMs,
    fields: Omit<KubeEvent, 'apiVersion' | 'kind' | 'metadata' | 'involvedObject'>,
  ): string {
    const namespace = eventNamespace(regarding);
    const nanoseconds = BigInt(Math.round(nowMs * 1_000)) * 1_000n;
    for (let attempt = 0; ; attempt++) {
      const name = `${regarding.name}.${(nanoseconds + BigInt(attempt)).toString(16)}`;
      const isTaken = this.#api.get(EVENTS, { namespace, name }) !== undefined;
      if (isTaken && attempt < MAX_NAME_ATTEMPTS) continue;
      const metadata = { name, namespace };
      this.#api.create(EVENTS, {
        apiVersion: 'v1',
        kind: 'Event',
        metadata,
        involvedObject: regarding,
        ...fields,
      });
      return name;
    }
  }
}

function referenceTo(subject: EventSubject): ObjectReference {
  const isField = 'object' in subject;
  const object = isField ? subject.object : subject;
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    apiVersion: object.apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(isField ? { fieldPath: subject.fieldPath } : {}),
  };
}

/** Events about objects without a namespace are in `default`. */
function eventNamespace({ namespace }: ObjectReference): string {
  return namespace === undefined || namespace === '' ? 'default' : namespace;
}
