/** Which pods a Service selects, and which Services a change of a pod concerns. */
import type { Pod, Service } from '../../core/objects.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Informer, ReconcileKey } from '../controller.js';
import { hasLabels } from '../label-selector.js';
import { ObjectIndex, namespaceIndex } from '../object-index.js';
import { reconcileKey } from '../object-keys.js';
import { PODS, SERVICES } from '../resources.js';
import { isReady, isTerminal } from './pod-state.js';

/** Pods by label and Services by namespace; controllers of endpoints share one. */
export class ServicePods {
  /** To be started by the controllers that look here. */
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #pods = new ObjectIndex<Pod>(PODS, labelKeys);
  readonly #services = namespaceIndex<Service>(SERVICES);

  constructor(api: KubeApi) {
    this.#api = api;
    this.informers = [this.#pods, this.#services];
  }

  /** The pods that a Service selects. */
  of(service: Service): readonly Pod[] {
    const { namespace = '' } = service.metadata;
    const selector = service.spec.selector ?? {};
    const [first] = Object.entries(selector);
    if (first === undefined) return this.#api.list(PODS, { namespace }).items;
    return this.#pods
      .of(labelKey(namespace, first))
      .filter(({ metadata }) => hasLabels(metadata.labels, selector));
  }

  /**
   * Services whose endpoints a change of a pod may change.
   *
   * @see Source: kubernetes `endpointslice/util/controller_utils.go`, `GetServicesToUpdateOnPodChange`.
   */
  concernedBy({ type, object, previous }: WatchEvent<Pod>): readonly ReconcileKey[] {
    if (type === 'MODIFIED' && previous !== undefined && !isEndpointChange(previous, object)) {
      return [];
    }
    return this.#services
      .of(object.metadata.namespace ?? '')
      .filter((service) => {
        if (!selectsPods(service)) return false;
        const selector = service.spec.selector ?? {};
        return (
          hasLabels(object.metadata.labels, selector) ||
          (previous !== undefined && hasLabels(previous.metadata.labels, selector))
        );
      })
      .map(reconcileKey);
  }
}

/** Whether the endpoints of a Service come from a selector. */
export function selectsPods({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;
}

function isEndpointChange(before: Pod, after: Pod): boolean {
  // without an address it is no endpoint, whatever else changes
  if (before.status?.podIP === undefined && after.status?.podIP === undefined) return false;
  return (
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.status?.podIP !== after.status?.podIP ||
    before.spec.nodeName !== after.spec.nodeName ||
    isReady(before) !== isReady(after) ||
    isTerminal(before) !== isTerminal(after) ||
    !isEqualJson(before.metadata.labels, after.metadata.labels)
  );
}

function labelKeys({ metadata }: Pod): readonly string[] {
  const { namespace = '', labels = {} } = metadata;
  return Object.entries(labels).map((label) => labelKey(namespace, label));
}

function labelKey(namespace: string, [name, value]: readonly [string, string]): string {
  return `${namespace}/${name}=${value}`;
}
