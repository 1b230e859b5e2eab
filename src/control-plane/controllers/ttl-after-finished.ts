/** Deletes Jobs some time after they finished. */
import type { Job } from '../../core/batch-objects.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import type { Controller, ControllerWatch, ReconcileKey, ReconcileResult } from '../controller.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { JOBS } from '../resources.js';

/**
 * Honors `ttlSecondsAfterFinished`; pods go with their Job.
 *
 * @see Source: kubernetes `pkg/controller/ttlafterfinished/ttlafterfinished_controller.go`.
 */
export class TtlAfterFinishedController implements Controller {
  readonly name = 'ttl-after-finished';
  readonly watches: readonly ControllerWatch[] = [
    {
      resource: JOBS,
      keysFor: ({ type, object }: WatchEvent<Job>) =>
        type !== 'DELETED' && finishedAtMs(object) !== undefined ? [reconcileKey(object)] : [],
    },
  ];
  readonly #api: KubeApi;

  constructor(api: KubeApi) {
    this.#api = api;
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const job = this.#api.get(JOBS, objectKey(key));
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    const { ttlSecondsAfterFinished } = job.spec;
    const endMs = finishedAtMs(job);
    if (ttlSecondsAfterFinished === undefined || endMs === undefined) return undefined;
    const leftMs = endMs + ttlSecondsAfterFinished * 1_000 - nowMs;
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    const { uid } = job.metadata;
    this.#api.delete(JOBS, objectKey(key), {
      propagationPolicy: 'Foreground',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
    return undefined;
  }
}

function finishedAtMs({ spec, status }: Job): EpochMs | undefined {
  if (spec.ttlSecondsAfterFinished === undefined) return undefined;
  const end = (status?.conditions ?? []).find(
    (condition) =>
      (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
  return kubeTimeMs(end?.lastTransitionTime);
}
