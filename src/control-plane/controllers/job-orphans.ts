/** Frees pods whose Job no longer counts them: it is gone, it has finished, or it let them go. */
import type { Job } from '../../core/batch-objects.js';
import type { Pod } from '../../core/objects.js';
import type { KubeApi, WatchEvent } from '../api.js';
import type { Controller, ControllerWatch, Informer, ReconcileKey } from '../controller.js';
import { isJobFinished } from '../kinds/job-rules.js';
import type { ObjectIndex } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { controllerOf } from '../owner-references.js';
import { JOBS, PODS } from '../resources.js';
import { untrackPod } from './job-manage.js';
import { isTracked } from './job-pods.js';

/**
 * Takes the tracking finalizer from orphans: a pod that has it cannot go.
 *
 * @see Source: kubernetes `pkg/controller/job/job_controller.go`, `syncOrphanPod`.
 */
export class JobOrphansController implements Controller {
  readonly name = 'job-orphans';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #pods: ObjectIndex<Pod>;

  /** @param pods - by controller, see `controllerIndex`. */
  constructor(api: KubeApi, pods: ObjectIndex<Pod>) {
    this.#api = api;
    this.#pods = pods;
    this.informers = [pods];
    this.watches = [
      {
        resource: PODS,
        keysFor: ({ type, object }: WatchEvent<Pod>) =>
          type !== 'DELETED' && isTracked(object) ? [reconcileKey(object)] : [],
      },
      {
        resource: JOBS,
        keysFor: ({ type, object }: WatchEvent<Job>) =>
          type === 'DELETED' || isJobFinished(object)
            ? this.#pods
                .of(object.metadata.uid ?? '')
                .filter(isTracked)
                .map(reconcileKey)
            : [],
      },
    ];
  }

  reconcile(key: ReconcileKey): undefined {
    const pod = this.#api.get(PODS, objectKey(key));
    if (pod === undefined || !isTracked(pod) || !this.#isOrphan(pod)) return undefined;
    untrackPod(this.#api, pod);
    return undefined;
  }

  #isOrphan(pod: Pod): boolean {
    const owner = controllerOf(pod);
    if (owner === undefined) return true;
    if (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1') return false;
    const { namespace = '' } = pod.metadata;
    const job = this.#api.get(JOBS, { namespace, name: owner.name });
    if (job === undefined || job.metadata.uid !== owner.uid) return true;
    return isJobFinished(job) && job.spec.managedBy === undefined;
  }
}
