/** The Job whose pods send a load, and the namespace that it is in. */
import type { V1Job, V1Namespace } from '@kubernetes/client-node';
import { LOAD_WORKER } from '../../core/load-worker-label.js';
import type { StringMap } from '../../core/objects.js';

/** What a Job of load workers is made from. */
export interface WorkerJobOptions {
  readonly namespace: string;
  /** Of the Job. */
  readonly name: string;
  /** On everything that is made. */
  readonly labels: StringMap;
  readonly count: number;
  readonly image: string;
  /** After which the cluster ends the workers by itself, ms. */
  readonly lifeMs: number;
  /** Secret of the namespace with which the image is pulled; absent: none. */
  readonly pullSecret?: string;
}

/** The container that sends. */
export const WORKER_CONTAINER = 'load-worker';
/** `job-controller` puts it on each pod; Kubernetes `batch/v1`, `JobCompletionIndexAnnotation`. */
export const INDEX_LABEL = 'batch.kubernetes.io/job-completion-index';
/** `batch/v1`, `JobNameLabel`. */
export const JOB_LABEL = 'batch.kubernetes.io/job-name';

const MAX_INT32 = 2_147_483_647;
const GRACE_SECONDS = 5;
const TTL_SECONDS = 600;
/** What the scheduler is to find for a worker; it may use more. 3,000 requests a second take some 0.2 of a core. */
const REQUESTS = { cpu: '250m', memory: '128Mi' } as const;
/** Of a worker that is sending all it can; Node's own heap is held below it. */
const LIMITS = { memory: '512Mi' } as const;

/** The namespace that holds the workers of one run and nothing else, so that it is observed and removed apart. */
export function workerNamespace(name: string, labels: StringMap): V1Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels } } };
}

/**
 * The Indexed Job. An index that fails is not tried again (its share of the arrivals is past) and does not
 * end the others: `backoffLimitPerIndex: 0`, which Kubernetes has by default since 1.29; an older server
 * makes such a pod anew, which then waits for a plan that never comes.
 */
export function workerJob(options: WorkerJobOptions): V1Job {
  const { namespace, name, labels, count, lifeMs } = options;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels: { ...labels } },
    spec: {
      completionMode: 'Indexed',
      completions: count,
      parallelism: count,
      backoffLimit: MAX_INT32,
      backoffLimitPerIndex: 0,
      activeDeadlineSeconds: Math.ceil(lifeMs / 1_000),
      ttlSecondsAfterFinished: TTL_SECONDS,
      template: {
        metadata: { labels: { ...labels, [LOAD_WORKER.label]: LOAD_WORKER.value } },
        spec: podSpec(options),
      },
    },
  };
}

/** As the `restricted` pod security standard asks, and spread over nodes as far as there are some. */
function podSpec({
  image,
  pullSecret,
}: WorkerJobOptions): NonNullable<NonNullable<V1Job['spec']>['template']['spec']> {
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: GRACE_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1_000,
      runAsGroup: 1_000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { [LOAD_WORKER.label]: LOAD_WORKER.value } },
      },
    ],
    containers: [
      {
        name: WORKER_CONTAINER,
        image,
        args: ['load-worker'],
        // the harness speaks to it; its input stays open when a connection to it breaks
        stdin: true,
        stdinOnce: false,
        env: [{ name: 'NODE_OPTIONS', value: '--max-semi-space-size=8 --max-old-space-size=256' }],
        resources: { requests: { ...REQUESTS }, limits: { ...LIMITS } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  };
}
