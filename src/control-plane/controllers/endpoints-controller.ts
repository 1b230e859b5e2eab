/** The Endpoints controller: keeps the Endpoints of every Service that selects pods. */
import type { Pod, Service, StringMap } from '../../core/objects.js';
import type { Endpoints } from '../../core/quota-objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import { ENDPOINTS_MANAGER, ENDPOINTS_MANAGER_LABEL } from '../kinds/endpoints.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { ENDPOINTS, PODS, SERVICES } from '../resources.js';
import { HEADLESS_LABEL } from './endpoint-slice.js';
import { desiredSubsets } from './endpoints-subsets.js';
import type { DesiredSubsets } from './endpoints-subsets.js';
import { isNamespaceTerminating } from './pod-control.js';
import { selectsPods } from './service-pods.js';
import type { ServicePods } from './service-pods.js';

const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/**
 * As the slices of a Service, in one object. An object is written whole whenever one address changes, so
 * one with many addresses is written less often: a millisecond apart for each of them.
 *
 * @see Source: kubernetes `pkg/controller/endpoint/endpoints_controller.go`, `syncService`.
 */
export class EndpointsController implements Controller {
  readonly name = 'endpoints';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #pods: ServicePods;
  readonly #recorder: EventRecorder;
  /** When an object may be written again. */
  readonly #freeAtMs = new Map<ReconcileKey, EpochMs>();

  constructor(api: KubeApi, pods: ServicePods) {
    this.#api = api;
    this.#pods = pods;
    this.#recorder = new EventRecorder({ api, component: 'endpoint-controller' });
    this.informers = pods.informers;
    this.watches = [
      { resource: SERVICES, keysFor: ({ object }) => [reconcileKey(object)] },
      { resource: PODS, keysFor: (event: WatchEvent<Pod>) => pods.concernedBy(event) },
      {
        resource: ENDPOINTS,
        keysFor: ({ type, object }) => (type === 'DELETED' ? [reconcileKey(object)] : []),
      },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const service = this.#api.get(SERVICES, objectKey(key));
    if (service === undefined) {
      this.#freeAtMs.delete(key);
      this.#delete(key);
      return undefined;
    }
    if (!selectsPods(service)) return undefined;
    const waitMs = (this.#freeAtMs.get(key) ?? nowMs) - nowMs;
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const present = this.#api.get(ENDPOINTS, objectKey(key));
    const wanted = wantedEndpoints(
      service,
      present,
      desiredSubsets(service, this.#pods.of(service)),
    );
    if (present !== undefined && isSameEndpoints(present, wanted)) return undefined;
    this.#freeAtMs.set(key, nowMs + addressCount(wanted));
    this.#write(service, { present, wanted }, nowMs);
    return undefined;
  }

  #write(
    service: Service,
    { present, wanted }: { readonly present: Endpoints | undefined; readonly wanted: Endpoints },
    nowMs: EpochMs,
  ): void {
    const isNew = present === undefined;
    try {
      if (isNew) this.#api.create(ENDPOINTS, wanted);
      else this.#api.update(ENDPOINTS, wanted);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // nothing is wanted any more in a namespace that ends
      if (isNew && isNamespaceTerminating(error)) return;
      const subject = reconcileKey(service);
      const [reason, action] = isNew
        ? ['FailedToCreateEndpoint', `create endpoint for service ${subject}`]
        : ['FailedToUpdateEndpoint', `update endpoint ${subject}`];
      const message = `Failed to ${action}: ${error.message}`;
      this.#recorder.event(wanted, 'Warning', reason ?? '', message, nowMs);
      throw error;
    }
  }

  #delete(key: ReconcileKey): void {
    if (this.#api.get(ENDPOINTS, objectKey(key)) === undefined) return;
    this.#api.delete(ENDPOINTS, objectKey(key));
  }
}

function wantedEndpoints(
  { metadata, spec }: Service,
  present: Endpoints | undefined,
  { subsets, isTruncated }: DesiredSubsets,
): Endpoints {
  const { namespace, name } = metadata;
  const { [OVER_CAPACITY]: _, ...annotations } = present?.metadata.annotations ?? {};
  const labels: StringMap = {
    ...metadata.labels,
    ...(spec.clusterIP === 'None' || spec.clusterIP === undefined ? { [HEADLESS_LABEL]: '' } : {}),
    [ENDPOINTS_MANAGER_LABEL]: ENDPOINTS_MANAGER,
  };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...present?.metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { ...annotations, ...(isTruncated ? { [OVER_CAPACITY]: 'truncated' } : {}) },
    },
    subsets,
  };
}

function isSameEndpoints(present: Endpoints, wanted: Endpoints): boolean {
  return (
    isEqualJson(present.subsets ?? [], wanted.subsets ?? []) &&
    isEqualJson(present.metadata.labels, wanted.metadata.labels) &&
    isEqualJson(present.metadata.annotations ?? {}, wanted.metadata.annotations ?? {})
  );
}

function addressCount({ subsets = [] }: Endpoints): number {
  return subsets.reduce(
    (sum, { addresses = [], notReadyAddresses = [] }) =>
      sum + addresses.length + notReadyAddresses.length,
    0,
  );
}
