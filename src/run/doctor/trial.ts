/** Tries what only trying shows: whether the image can be pulled and whether the HPA controller is at work. */
import { type ApiPort, findObject } from '../../cluster/api-port.js';
import { valueAt } from '../../core/json.js';
import { labLabels, type LabMark } from '../../core/lab-labels.js';
import type { PodSpec } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import { blocker, type Finding, fine, warning } from './finding.js';

/** What is tried, and where. */
export interface TrialOptions {
  readonly api: ApiPort;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Made for the trial and removed after it, unless it was given. */
  readonly namespace: string;
  readonly isGiven: boolean;
  readonly mark: LabMark;
  /** The pod that is tried; absent: one of this image and nothing else. */
  readonly podSpec?: PodSpec;
  /** Instead of that of the pod's first container. */
  readonly image: string;
}

const POLL_MS = 250;
const PULL_MS = 90_000;
/** A new HPA is looked at within one sync period (15 s), and some controllers are slower. */
const HPA_MS = 45_000;
const GONE_MS = 60_000;
const NAME = 'hpa-lab-doctor';

/** Tries both at once; nothing is left, whatever happens. */
export async function tryOut(options: TrialOptions): Promise<readonly Finding[]> {
  const { api, namespace, isGiven, mark } = options;
  const labels = labLabels(mark);
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const hpas = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  try {
    if (!isGiven) await create(api, '/api/v1/namespaces', namespaceOf(options));
    await create(api, pods, podOf(options));
    await create(api, hpas, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: NAME, labels },
      spec: {
        maxReplicas: 2,
        // there is none: looking for it is all that the controller is asked to do
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: NAME },
      },
    });
    return await Promise.all([
      imageFinding(options, `${pods}/${NAME}`),
      hpaFinding(options, `${hpas}/${NAME}`),
    ]);
  } catch (error) {
    options.signal.throwIfAborted();
    const because = error instanceof Error ? error.message : String(error);
    return [blocker('trial', `a pod and an HPA could not be made: ${because}`, 'see the message')];
  } finally {
    await cleanUp(options, [`${pods}/${NAME}`, `${hpas}/${NAME}`]);
  }
}

async function create(api: ApiPort, path: string, body: unknown): Promise<void> {
  await api.call({ method: 'POST', path, body });
}

function namespaceOf({ namespace, mark }: TrialOptions): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: labLabels(mark) },
  };
}

/** As the Deployment's pods in all that decides on pulling and admission, without what else they need. */
function podOf({ podSpec, image, mark }: TrialOptions): unknown {
  const [first] = podSpec?.containers ?? [];
  const { imagePullSecrets, nodeSelector, tolerations, securityContext }: Partial<PodSpec> =
    podSpec ?? {};
  const container = {
    name: first?.name ?? 'trial',
    image,
    ...(first === undefined
      ? {}
      : {
          imagePullPolicy: first['imagePullPolicy'],
          resources: first.resources,
          securityContext: first['securityContext'] ?? RESTRICTED,
        }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: NAME, labels: labLabels(mark) },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      containers: [first === undefined ? { ...container, securityContext: RESTRICTED } : container],
      securityContext: securityContext ?? {
        runAsNonRoot: true,
        runAsUser: 1_000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(tolerations === undefined ? {} : { tolerations }),
    },
  };
}

const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

const PULL_FAILED = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'RegistryUnavailable',
]);
/** The runtime came to these only after it had the image. */
const PULLED = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
]);

async function imageFinding(options: TrialOptions, path: string): Promise<Finding> {
  const { api, clock, image, signal } = options;
  const startMs = clock.now();
  let unscheduled = '';
  while (clock.now() - startMs < PULL_MS) {
    const pod = await findObject(api, path);
    const state = valueAt(pod, ['status', 'containerStatuses', 0, 'state']);
    const reason = textAt(state, ['waiting', 'reason']);
    if (PULL_FAILED.has(reason)) {
      const message = textAt(state, ['waiting', 'message']);
      const mend =
        '--image names another, --pull-secret a Secret for a private registry; `npm run image` builds and loads the sample service into kind, minikube or k3d';
      return blocker('image', `${image} cannot be pulled: ${reason} ${message}`.trim(), mend);
    }
    const isStarted =
      valueAt(state, ['running']) !== undefined || valueAt(state, ['terminated']) !== undefined;
    if (isStarted || PULLED.has(reason)) {
      const node = String(valueAt(pod, ['spec', 'nodeName']));
      const tookS = ((clock.now() - startMs) / 1_000).toFixed(1);
      return fine('image', `${image} was there for a pod on node ${node} after ${tookS} s`);
    }
    unscheduled = unscheduledText(pod) ?? '';
    await clock.sleep(POLL_MS, signal);
  }
  const because = unscheduled === '' ? 'its pod has not started' : unscheduled;
  const text = `${image} was not there within ${PULL_MS / 1_000} s: ${because}`;
  return warning('image', text, 'kubectl get events -A --sort-by=.lastTimestamp');
}

function textAt(value: unknown, path: readonly (string | number)[]): string {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : '';
}

function unscheduledText(pod: unknown): string | undefined {
  const conditions = valueAt(pod, ['status', 'conditions']);
  const scheduled = (Array.isArray(conditions) ? conditions : []).find(
    (condition: unknown) => valueAt(condition, ['type']) === 'PodScheduled',
  );
  if (valueAt(scheduled, ['status']) !== 'False') return undefined;
  return `no node took its pod: ${String(valueAt(scheduled, ['message']))}`;
}

async function hpaFinding({ api, clock, signal }: TrialOptions, path: string): Promise<Finding> {
  const startMs = clock.now();
  while (clock.now() - startMs < HPA_MS) {
    const conditions = valueAt(await findObject(api, path), ['status', 'conditions']);
    if (Array.isArray(conditions) && conditions.length > 0) {
      const tookS = ((clock.now() - startMs) / 1_000).toFixed(1);
      return fine('HPA controller', `it looked at a new HPA after ${tookS} s`);
    }
    await clock.sleep(POLL_MS, signal);
  }
  const text = `it did not look at a new HPA within ${HPA_MS / 1_000} s`;
  return blocker(
    'HPA controller',
    text,
    'kubectl -n kube-system get pods -l component=kube-controller-manager',
  );
}

/** What cannot be removed is found by its labels (`npm run gc`). */
async function cleanUp(
  { api, clock, namespace, isGiven }: TrialOptions,
  objects: readonly string[],
): Promise<void> {
  const paths = isGiven ? objects : [`/api/v1/namespaces/${namespace}`];
  try {
    for (const path of paths) await api.call({ method: 'DELETE', path }).catch(() => undefined);
    const endMs = clock.now() + GONE_MS;
    for (const path of paths) {
      while (clock.now() < endMs && (await findObject(api, path)) !== undefined) {
        await clock.sleep(POLL_MS);
      }
    }
  } catch {
    // an API that is gone now has been told of already
  }
}
