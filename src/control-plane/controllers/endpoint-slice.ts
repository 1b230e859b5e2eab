/** The EndpointSlice controller: keeps the slices of every Service that selects pods. */
import type { Endpoint, EndpointSlice, Node, Pod, Service, StringMap } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { ApiError } from '../api-error.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Controller, ControllerWatch, Informer, ReconcileKey } from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import { ObjectIndex } from '../object-index.js';
import { keyOf, objectKey, reconcileKey } from '../object-keys.js';
import { controllerReference } from '../owner-references.js';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../resources.js';
import { planSlices } from './endpoint-slices-plan.js';
import type { SliceContent } from './endpoint-slices-plan.js';
import { desiredEndpoints } from './endpoints.js';
import type { FindNode, ResolvedPods } from './endpoints.js';
import { ServicePods, selectsPods } from './service-pods.js';

/** The label that names the Service of a slice. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
/** The label that names who manages a slice. */
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
/** Slices of this controller are managed by this. */
export const MANAGED_BY = 'endpointslice-controller.k8s.io';

/** The label of what belongs to a Service without an address. */
export const HEADLESS_LABEL = 'service.kubernetes.io/headless';
const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * Ready pods into slices, terminating ones marked, ended ones out.
 *
 * @see Source: kubernetes `pkg/controller/endpointslice/endpointslice_controller.go`, `syncService`.
 */
export class EndpointSliceController implements Controller {
  readonly name = 'endpointslice';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #recorder: EventRecorder;
  readonly #pods: ServicePods;
  readonly #slices = new ObjectIndex<EndpointSlice>(ENDPOINT_SLICES, (slice) => {
    const key = serviceKey(slice);
    return key === undefined ? [] : [key];
  });
  readonly #resolved: ResolvedPods = new WeakMap();
  /** Stored endpoints by the wanted one they were found equal to. */
  readonly #equal = new WeakMap<Endpoint, Endpoint>();
  #isWriting = false;

  /** @param pods - shared with others who look for the pods of Services. */
  constructor(api: KubeApi, pods: ServicePods = new ServicePods(api)) {
    this.#api = api;
    this.#pods = pods;
    this.#recorder = new EventRecorder({ api, component: 'endpoint-slice-controller' });
    this.informers = [...pods.informers, this.#slices];
    this.watches = [
      { resource: SERVICES, keysFor: ({ object }) => [reconcileKey(object)] },
      { resource: PODS, keysFor: (event: WatchEvent<Pod>) => pods.concernedBy(event) },
      { resource: ENDPOINT_SLICES, keysFor: (event) => this.#serviceOfSlice(event) },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): undefined {
    const service = this.#api.get(SERVICES, objectKey(key));
    if (service === undefined || !selectsPods(service)) return;
    const labels = sliceLabels(service);
    const desired = desiredEndpoints(service, this.#pods.of(service), {
      findNode: this.#findNode,
      resolved: this.#resolved,
    });
    const rules = { labels, isSame: this.#isSame };
    const plan = planSlices(desired.groups, this.#slices.of(key), rules);
    this.#isWriting = true;
    try {
      for (const content of plan.creates) {
        this.#api.create(ENDPOINT_SLICES, newSlice(service, labels, content));
      }
      for (const { slice, content } of plan.updates) {
        const metadata = { ...slice.metadata, labels };
        this.#api.update(ENDPOINT_SLICES, { ...slice, metadata, ...content });
      }
      for (const slice of plan.deletes) this.#delete(slice);
    } finally {
      this.#isWriting = false;
    }
    if (desired.faults.length > 0) this.#fail(service, desired.faults, nowMs);
  }

  readonly #findNode: FindNode = (name) => {
    const node: Node | undefined = this.#api.get(NODES, { namespace: '', name });
    return node === undefined ? undefined : { zone: node.metadata.labels?.[ZONE_LABEL] };
  };

  /** Most endpoints did not change since the last look: comparing them once is enough. */
  readonly #isSame = (stored: Endpoint, wanted: Endpoint): boolean => {
    if (this.#equal.get(stored) === wanted) return true;
    if (!isEqualJson(stored, wanted)) return false;
    this.#equal.set(stored, wanted);
    return true;
  };

  #delete(slice: EndpointSlice): void {
    try {
      this.#api.delete(ENDPOINT_SLICES, keyOf(slice));
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    }
  }

  /** The rest was written; the retry waits for the node, or for the pod to be collected. */
  #fail(service: Service, faults: readonly string[], nowMs: EpochMs): never {
    const text = faults.length === 1 ? (faults[0] ?? '') : `[${faults.join(', ')}]`;
    const subject = reconcileKey(service);
    const message = `Error updating Endpoint Slices for Service ${subject}: ${text}`;
    this.#recorder.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message, nowMs);
    throw new Error(message);
  }

  /** Slices that somebody else changed are put right. */
  #serviceOfSlice({ type, object }: WatchEvent): readonly ReconcileKey[] {
    const key = serviceKey(object);
    return this.#isWriting || type === 'ADDED' || key === undefined ? [] : [key];
  }
}

function serviceKey({
  metadata,
}: {
  readonly metadata: EndpointSlice['metadata'];
}): ReconcileKey | undefined {
  const { namespace = '', labels = {} } = metadata;
  const name = labels[SERVICE_NAME_LABEL];
  return name === undefined || labels[MANAGED_BY_LABEL] !== MANAGED_BY
    ? undefined
    : `${namespace}/${name}`;
}

/** @see Source: `endpointslice/utils.go`, `setEndpointSliceLabels`. */
function sliceLabels({ metadata, spec }: Service): StringMap {
  return {
    ...metadata.labels,
    ...(spec.clusterIP === 'None' ? { [HEADLESS_LABEL]: '' } : {}),
    [SERVICE_NAME_LABEL]: metadata.name,
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

function newSlice(service: Service, labels: StringMap, content: SliceContent): EndpointSlice {
  const { namespace, name } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    ...content,
  };
}
