/** Deletes events an hour after they were last written, or they would pile up for ever. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { KubeEvent } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type { Controller, ControllerWatch, ReconcileKey, ReconcileResult } from '../controller.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { EVENTS } from '../resources.js';

const LIFETIME_MS = 3_600_000; // kube-apiserver --event-ttl

/**
 * Upstream the API server gives each event a lease of an hour with every write; a controller of its own
 * does the same on any clock.
 *
 * @see Source: kubernetes `pkg/registry/core/event/storage/storage.go`.
 */
export class EventExpiryController implements Controller {
  readonly name = 'event-expiry';
  readonly watches: readonly ControllerWatch[] = [
    {
      resource: EVENTS,
      keysFor: ({ type, object }) => (type === 'DELETED' ? [] : [reconcileKey(object)]),
    },
  ];
  readonly #api: KubeApi;

  constructor(api: KubeApi) {
    this.#api = api;
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const event = this.#api.get(EVENTS, objectKey(key));
    if (event === undefined) return undefined;
    const leftMs = (lastWrittenMs(event) ?? nowMs) + LIFETIME_MS - nowMs;
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    this.#api.delete(EVENTS, objectKey(key));
    return undefined;
  }
}

function lastWrittenMs(event: KubeEvent): EpochMs | undefined {
  const { lastTimestamp, series, eventTime, metadata } = event;
  const times = [lastTimestamp, series?.lastObservedTime, eventTime, metadata.creationTimestamp]
    .map(kubeTimeMs)
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}
