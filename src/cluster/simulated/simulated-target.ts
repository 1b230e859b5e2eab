/** The simulated cluster as the harness sees it: its API without a network between. */
import { ApiHandler } from '../../control-plane/http/api-handler.js';
import { collectionPath, servedResource } from '../../control-plane/http/object-path.js';
import type { WatchEvent } from '../../control-plane/api.js';
import type { ApiMachinery } from '../../control-plane/api-machinery/api-machinery.js';
import type { ChangingMetrics } from '../../control-plane/faults/held-back-metrics.js';
import {
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NAMESPACES,
  PODS,
  type Resource,
} from '../../control-plane/resources.js';
import { LabError } from '../../core/errors.js';
import { isRecord, valueAt } from '../../core/json.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Deployment, KubeObject, Pod } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import { inApplyOrder } from '../apply-order.js';
import type {
  ClusterTarget,
  ObservedKind,
  WatchEnd,
  WatchListener,
  WatchRequest,
} from '../target.js';
import { SIMULATED_SCHEME } from './modelled-sender.js';
import type { ServiceRouter } from './service-router.js';

const CONFLICT = 409;

/** What a target is made from. */
export interface SimulatedTargetOptions {
  readonly api: ApiMachinery;
  readonly clock: Clock;
  readonly metrics: ChangingMetrics;
  readonly router: ServiceRouter;
  /** Pod metrics that change more often than so are told once in that time, ms. */
  readonly metricsToldMs: number;
}

const OBSERVED: Readonly<Record<ObservedKind, Resource>> = {
  pods: PODS,
  deployments: DEPLOYMENTS,
  endpointslices: ENDPOINT_SLICES,
  horizontalpodautoscalers: HORIZONTAL_POD_AUTOSCALERS,
  events: EVENTS,
};
const DELETE_POLL_MS = 100;

/** Answers at once; changes are told in the instant in which they are made. */
export class SimulatedTarget implements ClusterTarget {
  readonly kind = 'simulated';
  readonly #options: SimulatedTargetOptions;
  readonly #handler: ApiHandler;

  constructor(options: SimulatedTargetOptions) {
    this.#options = options;
    this.#handler = new ApiHandler(options);
  }

  async apply(objects: readonly KubeObject[]): Promise<void> {
    for (const object of inApplyOrder(objects)) this.#createOrReplace(object);
    await Promise.resolve();
  }

  async deployment(namespace: string, name: string): Promise<Deployment | undefined> {
    return Promise.resolve(this.#options.api.get(DEPLOYMENTS, { namespace, name }));
  }

  async pods(namespace: string): Promise<readonly Pod[]> {
    return Promise.resolve(this.#options.api.list(PODS, { namespace }).items);
  }

  async podLog(): Promise<string> {
    return Promise.resolve('');
  }

  async podMetrics(namespace: string): Promise<readonly PodMetrics[]> {
    return Promise.resolve(this.#options.metrics.podMetrics(namespace));
  }

  watchPodMetrics(
    namespace: string,
    onChange: (read: () => readonly PodMetrics[]) => void,
    signal: AbortSignal,
  ): void {
    const { api, metrics, clock, metricsToldMs } = this.#options;
    let toldMs = Number.NEGATIVE_INFINITY;
    const tell = (): void => {
      if (clock.now() - toldMs < metricsToldMs) return;
      toldMs = clock.now();
      onChange(() => metrics.podMetrics(namespace));
    };
    const cancels = [
      metrics.onChange(tell),
      api.watch(PODS, ({ type, object, previous }) => {
        if (object.metadata.namespace !== namespace) return;
        if (type === 'DELETED' || previous?.status?.phase !== object.status?.phase) tell();
      }),
    ];
    const end = (): void => {
      for (const cancel of cancels) cancel();
    };
    signal.addEventListener('abort', end, { once: true });
    tell();
  }

  watch(what: WatchRequest, told: WatchListener, signal: AbortSignal): Promise<WatchEnd> {
    const { api } = this.#options;
    const resource = OBSERVED[what.kind];
    const isOurs = ({ metadata }: KubeObject): boolean => metadata.namespace === what.namespace;
    const { items, resourceVersion } = api.list(resource, { namespace: what.namespace });
    told.onOpen?.();
    for (const object of items) told.onChange({ type: 'ADDED', object });
    const listener = ({ type, object }: WatchEvent): void => told.onChange({ type, object });
    const cancel = api.watch(resource, listener, {
      sinceVersion: resourceVersion,
      matches: isOurs,
    });
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        resolve({ resumeVersion: undefined, because: 'the observation ended' });
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  /** @throws {LabError} `CLUSTER_FAILED` when the Service has no address or no port. */
  async serviceUrl(namespace: string, name: string): Promise<string> {
    const key = `${namespace}/${name}`;
    if (!this.#options.router.knows(key)) {
      throw new LabError('CLUSTER_FAILED', `Service ${key} has no port that can be reached`, {
        hint: 'it needs a cluster IP and at least one port',
      });
    }
    return Promise.resolve(`${SIMULATED_SCHEME}${key}`);
  }

  async deleteNamespace(namespace: string): Promise<void> {
    const { api, clock } = this.#options;
    const key = { namespace: '', name: namespace };
    if (api.get(NAMESPACES, key) === undefined) return;
    api.delete(NAMESPACES, key);
    while (api.get(NAMESPACES, key) !== undefined) await clock.sleep(DELETE_POLL_MS);
  }

  #createOrReplace(object: KubeObject): void {
    const resource = servedResource(object);
    const name = `${object.kind} ${object.metadata.name}`;
    if (resource === undefined) {
      throw new LabError('MANIFEST_INVALID', `the simulated cluster does not offer ${name}`);
    }
    const collection = collectionPath(resource, object);
    let response = this.#send('POST', collection, object);
    if (response.kind === 'plain' && response.status === CONFLICT) {
      response = this.#send('PUT', `${collection}/${object.metadata.name}`, object);
    }
    if (response.kind !== 'plain' || response.status < 400) return;
    throw new LabError('MANIFEST_INVALID', `${name} was refused: ${messageOf(response.body)}`, {
      hint: 'mend the manifest or the patch in the experiment file',
    });
  }

  #send(method: string, path: string, object: KubeObject): ReturnType<ApiHandler['handle']> {
    return this.#handler.handle({
      method,
      path,
      query: new URLSearchParams(),
      accept: undefined,
      contentType: 'application/json',
      body: JSON.stringify(object),
      userAgent: 'hpa-lab',
    });
  }
}

function messageOf(body: string): string {
  const status: unknown = JSON.parse(body);
  const message = isRecord(status) ? valueAt(status, ['message']) : undefined;
  return typeof message === 'string' ? message : body;
}
