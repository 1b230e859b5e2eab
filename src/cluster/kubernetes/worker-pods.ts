/** Load workers as pods of an Indexed Job, through the API. */
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { LabError } from '../../core/errors.js';
import type { WorkerPod, WorkerPods } from '../../load/worker-pods.js';
import { clusterFailed } from './api-failure.js';
import { loadKubeconfig } from './kubeconfig.js';
import { ConnectedPod } from './worker-connection.js';
import { WorkerPlace, type WorkerPlaceOptions } from './worker-place.js';
import { workerIndex, workerState } from './worker-state.js';

/** What a Job of workers is made with. */
export interface KubernetesWorkersOptions extends Omit<WorkerPlaceOptions, 'config'> {
  /** As in `$KUBECONFIG`: one path or several. */
  readonly kubeconfigPath: string;
  readonly context: string;
}

/** What images may take to be pulled. */
const START_MS = 180_000;
const START_POLL_MS = 250;

/** See {@link WorkerPods}. */
export class KubernetesWorkers implements WorkerPods {
  readonly #config: KubeConfig;
  readonly #options: KubernetesWorkersOptions;
  readonly #place: WorkerPlace;
  #workers: readonly ConnectedPod[] = [];

  /** @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read. */
  constructor(options: KubernetesWorkersOptions) {
    this.#options = options;
    this.#config = loadKubeconfig(options.kubeconfigPath, options.context);
    this.#place = new WorkerPlace({ ...options, config: this.#config });
  }

  async start(
    count: number,
    { lifeMs, signal }: { readonly lifeMs: number; readonly signal: AbortSignal },
  ): Promise<readonly WorkerPod[]> {
    const { image, clock } = this.#options;
    await this.#place.make(count, lifeMs);
    const deadlineMs = clock.now() + START_MS;
    for (;;) {
      const all = await this.#present(deadlineMs);
      const states = all.map(workerState);
      const running = states.filter(({ kind }) => kind === 'running').length;
      if (running >= count) {
        this.#workers = all.map((pod) => this.#connected(pod));
        return this.#workers;
      }
      const isHopeless = states.some(({ kind }) => kind === 'stuck' || kind === 'ended');
      if (isHopeless || clock.now() >= deadlineMs) throw notRunning(all, { count, running, image });
      await clock.sleep(START_POLL_MS, signal);
    }
  }

  async ended(): Promise<ReadonlyMap<number, string>> {
    const pods = await this.#pods();
    return new Map(
      this.#workers.flatMap(({ index, name }) => {
        const pod = pods.get(index);
        if (pod?.metadata?.name !== name) return [[index, `its pod ${name} is gone`] as const];
        const state = workerState(pod);
        return state.kind === 'ended' ? [[index, state.because] as const] : [];
      }),
    );
  }

  close(): Promise<void> {
    return this.#place.remove();
  }

  /** None when the API does not answer: it is asked again, until it is too late. */
  async #present(deadlineMs: number): Promise<readonly V1Pod[]> {
    try {
      return [...(await this.#pods()).values()];
    } catch (error) {
      if (this.#options.clock.now() < deadlineMs) return [];
      throw clusterFailed('cannot list the pods of the load workers', error);
    }
  }

  /** By index; of several the first, as one that was made anew has no part in the load. */
  async #pods(): Promise<ReadonlyMap<number, V1Pod>> {
    const { namespace, selector: labelSelector } = this.#place;
    const core = this.#config.makeApiClient(CoreV1Api);
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    const pods = new Map<number, V1Pod>();
    const known = new Set(this.#workers.map(({ name }) => name));
    for (const pod of items) {
      const index = workerIndex(pod);
      if (index === undefined) continue;
      if (!pods.has(index) || known.has(pod.metadata?.name ?? '')) pods.set(index, pod);
    }
    return pods;
  }

  #connected({ metadata, spec }: V1Pod): ConnectedPod {
    const { clock } = this.#options;
    const { namespace } = this.#place;
    const index = workerIndex({ metadata: metadata ?? {} }) ?? 0;
    return new ConnectedPod({
      config: this.#config,
      namespace,
      name: metadata?.name ?? '',
      index,
      node: spec?.nodeName,
      clock,
    });
  }
}

function notRunning(
  pods: readonly V1Pod[],
  {
    count,
    running,
    image,
  }: { readonly count: number; readonly running: number; readonly image: string },
): LabError {
  const reasons = new Map<string, number>();
  for (const pod of pods) {
    const state = workerState(pod);
    if (state.kind === 'running') continue;
    reasons.set(state.because, (reasons.get(state.because) ?? 0) + 1);
  }
  const told = [...reasons].map(([because, many]) => `\n  ${many}: ${because}`).join('');
  return new LabError(
    'SENDER_FAILED',
    `expected ${count} load ${count === 1 ? 'worker' : 'workers'} to run, got ${running}${told}`,
    {
      hint: `image ${image} must be one that the cluster can pull (--sender-image names another), and there must be room for the pods`,
    },
  );
}
