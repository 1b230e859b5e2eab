/** Where the pods of load workers are: in a namespace of their own, or in one that was given to the lab. */
import { BatchV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { LabError } from '../../core/errors.js';
import type { StringMap } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import { clusterFailed, isStatus, textOf } from './api-failure.js';
import { JOB_LABEL, workerJob, workerNamespace } from './worker-job.js';

/** What is made, and with what. */
export interface WorkerPlaceOptions {
  readonly config: KubeConfig;
  /** The name of the namespace of their own, and of the Job. */
  readonly name: string;
  /** Where the Job goes when no namespace may be made; absent: nowhere. */
  readonly givenNamespace?: string;
  /** On everything that is made. */
  readonly labels: StringMap;
  readonly image: string;
  /** A Secret that is there, which the workers' namespace gets a copy of; absent: none is needed. */
  readonly pullSecret?: { readonly namespace: string; readonly name: string };
  readonly clock: Clock;
}

const DELETE_POLL_MS = 200;
const DELETE_MS = 120_000;

/** What was made for the workers of one run. */
export class WorkerPlace {
  readonly #options: WorkerPlaceOptions;
  /** The namespace that was made. */
  #own: string | undefined;
  #hasJob = false;

  constructor(options: WorkerPlaceOptions) {
    this.#options = options;
  }

  /** The namespace of the pods, once they were made. */
  get namespace(): string {
    const { name, givenNamespace } = this.#options;
    return this.#own ?? givenNamespace ?? name;
  }

  /** Selects the pods. */
  get selector(): string {
    return `${JOB_LABEL}=${this.#options.name}`;
  }

  /** @throws {LabError} `SENDER_FAILED`. */
  async make(count: number, lifeMs: number): Promise<void> {
    const { config, name, labels, image, pullSecret } = this.#options;
    try {
      await this.#makeNamespace();
      if (pullSecret !== undefined) await this.#copySecret(pullSecret);
      const { namespace } = this;
      const secret = pullSecret === undefined ? {} : { pullSecret: pullSecret.name };
      const body = workerJob({ namespace, name, labels, count, image, lifeMs, ...secret });
      await config.makeApiClient(BatchV1Api).createNamespacedJob({ namespace, body });
      this.#hasJob = true;
    } catch (error) {
      throw new LabError('SENDER_FAILED', `cannot make the load workers: ${textOf(error)}`, {
        hint: 'load workers need a Job, in a namespace of their own or in one given to the lab; `load: { from: here }` sends from this machine',
        cause: error,
      });
    }
  }

  /** Removes what was made and waits until it is gone. */
  async remove(): Promise<void> {
    const core = this.#options.config.makeApiClient(CoreV1Api);
    const name = this.#own;
    if (name !== undefined) {
      await this.#untilGone(`namespace ${name} of the load workers`, {
        remove: () => core.deleteNamespace({ name }),
        look: () => core.readNamespace({ name }),
      });
      this.#own = undefined;
    } else if (this.#hasJob) {
      await this.#removeJob();
    }
    this.#hasJob = false;
  }

  /** Who may not make namespaces was given one. */
  async #makeNamespace(): Promise<void> {
    const { config, name, labels, givenNamespace } = this.#options;
    try {
      const body = workerNamespace(name, labels);
      await config.makeApiClient(CoreV1Api).createNamespace({ body });
      this.#own = name;
    } catch (error) {
      if (givenNamespace === undefined || !isStatus(error, 403)) throw error;
    }
  }

  async #copySecret(from: { readonly namespace: string; readonly name: string }): Promise<void> {
    const { config, labels } = this.#options;
    const { namespace } = this;
    if (namespace === from.namespace) return;
    const core = config.makeApiClient(CoreV1Api);
    const { type, data } = await core.readNamespacedSecret(from);
    const metadata = { name: from.name, namespace, labels: { ...labels } };
    const content = {
      ...(type === undefined ? {} : { type }),
      ...(data === undefined ? {} : { data }),
    };
    try {
      await core.createNamespacedSecret({ namespace, body: { metadata, ...content } });
    } catch (error) {
      if (!isStatus(error, 409)) throw error; // the run has copied it there already
    }
  }

  /** In the foreground: the Job is there until its pods are gone. */
  #removeJob(): Promise<void> {
    const { config, name } = this.#options;
    const { namespace } = this;
    const batch = config.makeApiClient(BatchV1Api);
    return this.#untilGone(`Job ${namespace}/${name} of the load workers`, {
      remove: () => batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Foreground' }),
      look: () => batch.readNamespacedJob({ name, namespace }),
    });
  }

  async #untilGone(
    what: string,
    does: { readonly remove: () => Promise<unknown>; readonly look: () => Promise<unknown> },
  ): Promise<void> {
    const { clock } = this.#options;
    const deadlineMs = clock.now() + DELETE_MS;
    try {
      await does.remove();
      while (clock.now() < deadlineMs) {
        await does.look();
        await clock.sleep(DELETE_POLL_MS);
      }
    } catch (error) {
      if (isStatus(error, 404)) return;
      throw clusterFailed(`cannot delete ${what}`, error);
    }
    throw new LabError('CLUSTER_FAILED', `${what} is still there after ${DELETE_MS / 1_000} s`, {
      hint: 'npm run gc tells what it waits for',
    });
  }
}
