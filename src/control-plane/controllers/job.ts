/** The Job controller: runs pods until enough of them succeeded, or too many failed. */
import type { Job } from '../../core/batch-objects.js';
import { kubeTime } from '../../core/kube-time.js';
import type { Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import type {
  Controller,
  ControllerWatch,
  Informer,
  ReconcileKey,
  ReconcileResult,
} from '../controller.js';
import { EventRecorder } from '../event-recorder.js';
import { JOB_TRACKING_FINALIZER, isJobFinished, isSuspended } from '../kinds/job-rules.js';
import type { ObjectIndex } from '../object-index.js';
import { orphansOf } from '../object-index.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { JOBS, PODS } from '../resources.js';
import { claimObjects } from './claim-objects.js';
import { ownersToSync } from './control-events.js';
import { NO_FAILURES } from './job-backoff.js';
import type { BackoffRecord } from './job-backoff.js';
import { completionsReached, deadlineLeftMs, jobFinish } from './job-finish.js';
import { deleteActivePods, managePods } from './job-manage.js';
import { jobSync, stateJobCondition } from './job-sync-state.js';
import type { JobFinish, JobSync } from './job-sync-state.js';
import { trackJob } from './job-tracking.js';
import type { PodControl } from './pod-control.js';

// pkg/controller/job/job_controller.go: SyncJobBatchPeriod, DefaultJobApiBackOff, MaxJobApiBackOff
const BATCH_MS = 1_000;
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** Jobs that name another manager are its business. */
const OWN_NAME = 'kubernetes.io/job-controller';

/** A sync's outcome: what to come back for. */
interface Outcome {
  readonly requeueMs: readonly (number | undefined)[];
  readonly isRefused: boolean;
}

/**
 * Jobs of every kind. Changes of pods are looked at a second later, together; a new or changed Job at once.
 *
 * @see Source: kubernetes `pkg/controller/job/job_controller.go`.
 */
export class JobController implements Controller {
  readonly name = 'job';
  readonly watches: readonly ControllerWatch[];
  readonly informers: readonly Informer[];
  readonly #api: KubeApi;
  readonly #pods: ObjectIndex<Pod>;
  readonly #recorder: EventRecorder;
  readonly #backoffs = new Map<ReconcileKey, BackoffRecord>();
  readonly #refusals = new Map<ReconcileKey, number>();

  /** @param pods - by controller, see `controllerIndex`. */
  constructor(api: KubeApi, pods: ObjectIndex<Pod>) {
    this.#api = api;
    this.#pods = pods;
    this.#recorder = new EventRecorder({ api, component: 'job-controller' });
    this.informers = [pods];
    this.watches = [
      {
        resource: JOBS,
        keysFor: ({ type, object, previous }) =>
          type !== 'MODIFIED' || object.metadata.generation !== previous?.metadata.generation
            ? [reconcileKey(object)]
            : [],
      },
      {
        resource: JOBS,
        delayMs: BATCH_MS,
        keysFor: ({ type, object }) => (type === 'MODIFIED' ? [reconcileKey(object)] : []),
      },
      {
        resource: PODS,
        delayMs: BATCH_MS,
        keysFor: (event) => ownersToSync(api, JOBS, event),
      },
    ];
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): ReconcileResult | undefined {
    const job = this.#api.get(JOBS, objectKey(key));
    if (job === undefined || isJobFinished(job)) {
      this.#backoffs.delete(key);
      this.#refusals.delete(key);
      return undefined;
    }
    if ((job.spec.managedBy ?? OWN_NAME) !== OWN_NAME) return undefined;
    const found = { pods: this.#podsOf(job), backoff: this.#backoffs.get(key) ?? NO_FAILURES };
    const sync = jobSync(job, found, nowMs);
    const outcome = this.#sync(sync);
    this.#backoffs.set(key, sync.backoff);
    return this.#requeue(key, outcome);
  }

  #podsOf(job: Job): readonly Pod[] {
    const { uid = '', namespace } = job.metadata;
    return claimObjects(
      this.#api,
      {
        resource: PODS,
        owner: job,
        selector: job.spec.selector,
        finalizer: JOB_TRACKING_FINALIZER,
      },
      [...this.#pods.of(uid), ...this.#pods.of(orphansOf(namespace))],
    );
  }

  #sync(sync: JobSync): Outcome {
    const { job, status, nowMs } = sync;
    const control: PodControl = { api: this.#api, recorder: this.#recorder, nowMs };
    if (status.startTime === undefined && !isSuspended(job)) status.startTime = kubeTime(nowMs);
    let finish = jobFinish(sync);
    let error: Error | undefined;
    let waitMs: number | undefined;
    if (finish !== undefined) {
      error = deleteActivePods(control, sync);
      if (sync.active > 0) finish = undefined;
    } else {
      const isManaged = job.metadata.deletionTimestamp === undefined;
      if (isManaged) ({ error, waitMs } = managePods(control, sync));
      if (isComplete(sync)) finish = completionsReached();
      else if (isManaged) this.#stateSuspension(sync);
    }
    status.active = sync.active;
    status.ready = sync.ready;
    status.terminating = sync.terminating;
    if (status.active === 0) delete status.active;
    const end = trackJob(this.#api, sync, finish);
    if (end !== undefined) this.#report(sync, end);
    return {
      requeueMs: [
        waitMs === undefined ? undefined : Math.max(waitMs, BATCH_MS),
        finish === undefined ? deadlineLeftMs(sync) : undefined,
      ],
      isRefused: error !== undefined,
    };
  }

  /** @see Source: `job_controller.go`, `syncJob`: only there the time of a resumed Job starts anew. */
  #stateSuspension(sync: JobSync): void {
    const { job, status, nowMs } = sync;
    if (isSuspended(job)) {
      const stated = { status: 'True', reason: 'JobSuspended', message: 'Job suspended' } as const;
      if (!stateJobCondition(sync, { type: 'Suspended', ...stated })) return;
      this.#recorder.event(job, 'Normal', 'Suspended', 'Job suspended', nowMs);
      delete status.startTime;
      return;
    }
    const stated = { status: 'False', reason: 'JobResumed', message: 'Job resumed' } as const;
    if (!stateJobCondition(sync, { type: 'Suspended', ...stated })) return;
    this.#recorder.event(job, 'Normal', 'Resumed', 'Job resumed', nowMs);
    status.startTime = kubeTime(nowMs);
  }

  /** @see Source: `job_controller.go`, `recordJobFinished`. */
  #report({ job, status, nowMs }: JobSync, end: JobFinish): void {
    if (end.type !== 'Complete') {
      this.#recorder.event(job, 'Warning', end.reason, end.message, nowMs);
      return;
    }
    const { completions } = job.spec;
    if (completions !== undefined && (status.succeeded ?? 0) > completions) {
      const message = 'Too many succeeded pods running after completion count reached';
      this.#recorder.event(job, 'Warning', 'TooManySucceededPods', message, nowMs);
    }
    this.#recorder.event(job, 'Normal', 'Completed', 'Job completed', nowMs);
  }

  #requeue(key: ReconcileKey, { requeueMs, isRefused }: Outcome): ReconcileResult | undefined {
    const times = requeueMs.filter((time) => time !== undefined);
    if (isRefused) {
      const refusals = (this.#refusals.get(key) ?? 0) + 1;
      this.#refusals.set(key, refusals);
      times.push(Math.min(RETRY_MS * 2 ** (refusals - 1), MAX_RETRY_MS));
    } else this.#refusals.delete(key);
    return times.length === 0 ? undefined : { requeueAfterMs: Math.min(...times) };
  }
}

function isComplete({ job, succeeded, active }: JobSync): boolean {
  const { completions } = job.spec;
  if (active !== 0) return false;
  return completions === undefined ? succeeded > 0 : succeeded >= completions;
}
