/** A cluster reached through its API server: the one client path of embedded and real clusters. */
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  Log,
  Metrics,
} from '@kubernetes/client-node';
import { PassThrough } from 'node:stream';
import { LabError } from '../../core/errors.js';
import { isDeployment, isPod, isPodMetrics } from '../../core/object-guards.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Deployment, KubeObject, Pod } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import { inApplyOrder } from '../apply-order.js';
import type { ClusterTarget, WatchEnd, WatchListener, WatchRequest } from '../target.js';
import { askedToWaitMs, clusterFailed, isStatus, textOf } from './api-failure.js';
import { watchOnce } from './watch-once.js';
import { plainItem, plainObject } from './plain-object.js';

/** How to reach a cluster and where its Services can be reached. */
export interface KubernetesTargetOptions {
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly clock: Clock;
  /** Gives the URL of a Service from where the load generator stands. */
  readonly serviceUrl: (namespace: string, name: string) => Promise<string>;
}

const DELETE_POLL_MS = 100;

/** `ClusterTarget` over `@kubernetes/client-node`. */
export class KubernetesTarget implements ClusterTarget {
  readonly kind: ClusterTarget['kind'];
  #config = new KubeConfig();
  readonly #options: KubernetesTargetOptions;
  #leftAloneUntilMs = 0;

  /** @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read or lacks the context. */
  constructor(kind: ClusterTarget['kind'], options: KubernetesTargetOptions) {
    this.kind = kind;
    this.#options = options;
    try {
      this.#config.loadFromFile(options.kubeconfigPath);
    } catch (error) {
      throw new LabError('CLUSTER_FAILED', `cannot read the kubeconfig: ${textOf(error)}`, {
        cause: error,
      });
    }
    this.#config.setCurrentContext(options.context);
  }

  async apply(objects: readonly KubeObject[]): Promise<void> {
    const api = KubernetesObjectApi.makeApiClient(this.#config);
    for (const object of inApplyOrder(objects)) {
      try {
        await createOrReplace(api, object);
      } catch (error) {
        const name = `${object.kind} ${object.metadata.name}`;
        throw new LabError('MANIFEST_INVALID', `${name} was refused: ${textOf(error)}`, {
          hint: 'mend the manifest or the patch in the experiment file',
          cause: error,
        });
      }
    }
  }

  async deployment(namespace: string, name: string): Promise<Deployment | undefined> {
    const api = this.#config.makeApiClient(AppsV1Api);
    try {
      const deployment = plainObject(await api.readNamespacedDeployment({ namespace, name }));
      return isDeployment(deployment) ? deployment : undefined;
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw clusterFailed(`cannot read Deployment ${name}`, error);
    }
  }

  async pods(namespace: string): Promise<readonly Pod[]> {
    const api = this.#config.makeApiClient(CoreV1Api);
    try {
      const { items } = await api.listNamespacedPod({ namespace });
      return items.map((pod) => plainItem(pod, { apiVersion: 'v1', kind: 'Pod' })).filter(isPod);
    } catch (error) {
      throw clusterFailed(`cannot list the pods of ${namespace}`, error);
    }
  }

  async podLog(
    pod: { readonly namespace: string; readonly name: string },
    tailLines: number,
  ): Promise<string> {
    const sink = new PassThrough();
    const chunks: Buffer[] = [];
    sink.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<void>((resolve) => {
      sink.on('end', resolve).on('error', () => resolve());
    });
    try {
      await new Log(this.#config).log(pod.namespace, pod.name, '', sink, { tailLines });
      await ended;
    } catch (error) {
      return `(no log: ${textOf(error)})`;
    }
    return Buffer.concat(chunks).toString();
  }

  async podMetrics(namespace: string): Promise<readonly PodMetrics[]> {
    const type = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics' };
    try {
      const list = await this.#read(() => new Metrics(this.#config).getPodMetrics(namespace));
      return list.items.map((item) => plainItem(item, type)).filter(isPodMetrics);
    } catch (error) {
      throw clusterFailed('cannot read pod metrics', error);
    }
  }

  async watch(what: WatchRequest, listener: WatchListener, signal: AbortSignal): Promise<WatchEnd> {
    const { clock } = this.#options;
    const { isUnauthorized, ...end } = await watchOnce(this.#config, what, {
      listener,
      clock,
      signal,
    });
    if (isUnauthorized) this.#readKubeconfig();
    return end;
  }

  /**
   * Reads from the API: once more with the kubeconfig read again where the token is refused, and not at all
   * for as long as the server asked to be left alone.
   */
  async #read<T>(read: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const waitMs = this.#leftAloneUntilMs - clock.now();
    if (waitMs > 0) {
      throw new Error(`the API server asked to be left alone for another ${Math.ceil(waitMs)} ms`);
    }
    try {
      return await read();
    } catch (error) {
      if (isStatus(error, 401)) {
        this.#readKubeconfig();
        return read();
      }
      this.#leftAloneUntilMs = clock.now() + (askedToWaitMs(error) ?? 0);
      throw error;
    }
  }

  /** Reads the file again, which may hold a new token by now; one that cannot be read changes nothing. */
  #readKubeconfig(): void {
    const { kubeconfigPath, context } = this.#options;
    try {
      const fresh = new KubeConfig();
      fresh.loadFromFile(kubeconfigPath);
      fresh.setCurrentContext(context);
      this.#config = fresh;
    } catch {
      // Being written, perhaps: the next refusal reads it again.
    }
  }

  serviceUrl(namespace: string, name: string): Promise<string> {
    return this.#options.serviceUrl(namespace, name);
  }

  async deleteNamespace(namespace: string): Promise<void> {
    const api = this.#config.makeApiClient(CoreV1Api);
    try {
      await api.deleteNamespace({ name: namespace });
      for (;;) {
        await api.readNamespace({ name: namespace });
        await this.#options.clock.sleep(DELETE_POLL_MS);
      }
    } catch (error) {
      if (!isStatus(error, 404)) throw clusterFailed(`cannot delete namespace ${namespace}`, error);
    }
  }
}

async function createOrReplace(api: KubernetesObjectApi, object: KubeObject): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  try {
    await api.create(wireObject(object));
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
    const { name, namespace } = metadata;
    const key = { name, ...(namespace === undefined ? {} : { namespace }) };
    const present = await api.read({ apiVersion, kind, metadata: key });
    const resourceVersion = present.metadata?.resourceVersion;
    const pinned = resourceVersion === undefined ? {} : { resourceVersion };
    await api.replace(wireObject({ ...object, metadata: { ...metadata, ...pinned } }));
  }
}

/** What the client sends: our objects are JSON already, where it has classes with `Date`s. */
function wireObject({ apiVersion, kind, metadata, ...rest }: KubeObject): KubernetesObject {
  const { name, namespace, labels, annotations, finalizers, resourceVersion } = metadata;
  return {
    ...rest,
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}
