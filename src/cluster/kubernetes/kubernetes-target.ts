/** A cluster reached through its API server: the one client path of embedded and real clusters. */
import { AppsV1Api, CoreV1Api, type KubeConfig, Log, Metrics } from '@kubernetes/client-node';
import { PassThrough } from 'node:stream';
import { LabError } from '../../core/errors.js';
import { isDeployment, isPod, isPodMetrics } from '../../core/object-guards.js';
import type { PodMetrics } from '../../core/metrics-objects.js';
import type { Deployment, KubeObject, Pod } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import { applyObjects } from '../apply-objects.js';
import type { ClusterTarget, WatchEnd, WatchListener, WatchRequest } from '../target.js';
import { askedToWaitMs, clusterFailed, isStatus, textOf } from './api-failure.js';
import { ApiCaller } from './api-caller.js';
import { loadKubeconfig } from './kubeconfig.js';
import { watchOnce } from './watch-once.js';
import { plainItem, plainObject } from './plain-object.js';

/** How to reach a cluster and where its Services can be reached. */
export interface KubernetesTargetOptions {
  /** As in `$KUBECONFIG`: one path or several. */
  readonly kubeconfigPath: string;
  readonly context: string;
  readonly clock: Clock;
  /** Gives the URL of a Service from where the load generator stands. */
  readonly serviceUrl: (namespace: string, name: string) => Promise<string>;
}

const DELETE_POLL_MS = 100;
const DELETE_LIMIT_MS = 300_000;

/** `ClusterTarget` over `@kubernetes/client-node`. */
export class KubernetesTarget implements ClusterTarget {
  readonly kind: ClusterTarget['kind'];
  #config: KubeConfig;
  readonly #options: KubernetesTargetOptions;
  #leftAloneUntilMs = 0;

  /** @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read or lacks the context. */
  constructor(kind: ClusterTarget['kind'], options: KubernetesTargetOptions) {
    this.kind = kind;
    this.#options = options;
    this.#config = loadKubeconfig(options.kubeconfigPath, options.context);
  }

  apply(objects: readonly KubeObject[]): Promise<void> {
    return applyObjects(new ApiCaller(this.#config, this.#options.clock), objects);
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
      this.#config = loadKubeconfig(kubeconfigPath, context);
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
      const { clock } = this.#options;
      const deadlineMs = clock.now() + DELETE_LIMIT_MS;
      while (clock.now() < deadlineMs) {
        await api.readNamespace({ name: namespace });
        await clock.sleep(DELETE_POLL_MS);
      }
      throw new LabError('CLUSTER_FAILED', `namespace ${namespace} is still there after 5 min`, {
        hint: 'a finalizer holds something in it: `npm run gc -- --context ...` tells what',
      });
    } catch (error) {
      if (error instanceof LabError) throw error;
      if (isStatus(error, 404)) return;
      throw new LabError(
        'CLUSTER_FAILED',
        `cannot delete namespace ${namespace}: ${textOf(error)}`,
        {
          hint:
            this.kind === 'kubernetes'
              ? 'what is left there is found and removed later by `npm run gc -- --context ...`'
              : 'the cluster ended before the run did',
          cause: error,
        },
      );
    }
  }
}
