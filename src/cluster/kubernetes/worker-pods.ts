/** Load workers as pods of an Indexed Job, through the API. */
import { BatchV1Api, CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';
import { LabError } from '../../core/errors.js';
import type { StringMap } from '../../core/objects.js';
import type { WorkerPod, WorkerPods } from '../../load/worker-pods.js';
import type { Clock } from '../../time/clock.js';
import { clusterFailed, isStatus, textOf } from './api-failure.js';
import { loadKubeconfig } from './kubeconfig.js';
import { ConnectedPod } from './worker-connection.js';
import { JOB_LABEL, WORKER_JOB, workerJob, workerNamespace } from './worker-job.js';
import { workerIndex, workerState } from './worker-state.js';

/** What a Job of workers is made with. */
export interface KubernetesWorkersOptions {
  readonly kubeconfigPath: string;
  readonly context: string;
  /** Made for the workers alone, and removed with them. */
  readonly namespace: string;
  /** On everything that is made. */
  readonly labels: StringMap;
  readonly image: string;
  readonly clock: Clock;
}

/** What images may take to be pulled. */
const START_MS = 180_000;
const START_POLL_MS = 250;
const DELETE_POLL_MS = 200;
const DELETE_MS = 120_000;

/** See {@link WorkerPods}. */
export class KubernetesWorkers implements WorkerPods {
  readonly #config: KubeConfig;
  readonly #options: KubernetesWorkersOptions;
  #workers: readonly ConnectedPod[] = [];
  #isMade = false;

  /** @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read. */
  constructor(options: KubernetesWorkersOptions) {
    this.#options = options;
    this.#config = loadKubeconfig(options.kubeconfigPath, options.context);
  }

  async start(
    count: number,
    { lifeMs, signal }: { readonly lifeMs: number; readonly signal: AbortSignal },
  ): Promise<readonly WorkerPod[]> {
    const { namespace, labels, image, clock } = this.#options;
    await this.#make({ namespace, labels, count, image, lifeMs });
    const deadlineMs = clock.now() + START_MS;
    for (;;) {
      const pods = await this.#pods();
      const all = [...pods.values()];
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

  async close(): Promise<void> {
    if (!this.#isMade) return;
    const { namespace: name, clock } = this.#options;
    const core = this.#config.makeApiClient(CoreV1Api);
    const deadlineMs = clock.now() + DELETE_MS;
    try {
      await core.deleteNamespace({ name });
      for (;;) {
        await core.readNamespace({ name });
        if (clock.now() >= deadlineMs) {
          throw new LabError(
            'CLUSTER_FAILED',
            `namespace ${name} of the load workers is still there after ${DELETE_MS / 1_000} s`,
            { hint: `kubectl get namespace ${name} --output yaml says what it waits for` },
          );
        }
        await clock.sleep(DELETE_POLL_MS);
      }
    } catch (error) {
      if (!isStatus(error, 404)) {
        if (error instanceof LabError) throw error;
        throw clusterFailed(`cannot delete namespace ${name} of the load workers`, error);
      }
    }
    this.#isMade = false;
  }

  async #make(options: Parameters<typeof workerJob>[0]): Promise<void> {
    const { namespace } = options;
    try {
      await this.#config
        .makeApiClient(CoreV1Api)
        .createNamespace({ body: workerNamespace(options) });
      this.#isMade = true;
      await this.#config
        .makeApiClient(BatchV1Api)
        .createNamespacedJob({ namespace, body: workerJob(options) });
    } catch (error) {
      throw new LabError('SENDER_FAILED', `cannot make the load workers: ${textOf(error)}`, {
        hint: 'load workers need a namespace of their own and a Job in it; `load: { from: here }` sends from this machine',
        cause: error,
      });
    }
  }

  /** By index; of several the first, as one that was made anew has no part in the load. */
  async #pods(): Promise<ReadonlyMap<number, V1Pod>> {
    const { namespace } = this.#options;
    const { items } = await this.#config.makeApiClient(CoreV1Api).listNamespacedPod({
      namespace,
      labelSelector: `${JOB_LABEL}=${WORKER_JOB}`,
    });
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
    const { namespace, clock } = this.#options;
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
