/** Checks of the server itself: its version, its clock, its metrics and its controllers. */
import { type ApiPort, ApiRefusal, findObject } from '../../cluster/api-port.js';
import { fieldOf, valueAt } from '../../core/json.js';
import type { Clock } from '../../time/clock.js';
import { type ClockSkew, measureClockSkew, skewCorrectionMs } from '../real-cluster/clock-skew.js';
import { blocker, type Finding, fine, warning } from './finding.js';

/** The newest minor version of Kubernetes 1 that the lab was tried with. */
const NEWEST_MINOR = 36;
/** From here on autoscaling/v2 is there. */
const OLDEST_MINOR = 23;

/** The server's version; a blocker when it does not answer. */
export async function checkServer(
  api: ApiPort,
): Promise<{ readonly finding: Finding; readonly version?: string }> {
  let body: unknown;
  try {
    body = (await api.call({ path: '/version' })).body;
    // every account may read the version; only a valid one may ask what it may do
    await api.call({ path: '/api/v1' });
  } catch (error) {
    return { finding: unanswered(api, error) };
  }
  const version = fieldOf(body, 'gitVersion');
  if (typeof version !== 'string') {
    const text = `${api.server} does not tell a version: is it an API server?`;
    return { finding: blocker('server', text, 'look at the server of the context') };
  }
  return { finding: versionFinding(api.server, version), version };
}

function unanswered(api: ApiPort, error: unknown): Finding {
  const because = error instanceof Error ? error.message : String(error);
  if (error instanceof ApiRefusal && error.status === 401) {
    const text = `${api.server} does not accept the credentials of the kubeconfig: ${because}`;
    return blocker('server', text, 'log in again (a token or certificate may have expired)');
  }
  if (error instanceof ApiRefusal && error.status === 403) {
    const text = `${api.server} lets this account do nothing: ${because}`;
    return blocker('server', text, 'see manifests/rbac for what the lab needs');
  }
  const mend = 'is the cluster up, and this machine in its network? kubectl --context ... version';
  return blocker('server', because, mend);
}

function versionFinding(server: string, version: string): Finding {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const text = `${server} answers, Kubernetes ${version}`;
  if (major !== '1' || minor === undefined) {
    return warning('server', text, 'the lab knows Kubernetes 1 only');
  }
  if (Number(minor) < OLDEST_MINOR) {
    const mend = `upgrade it: the lab uses autoscaling/v2, which came with 1.${OLDEST_MINOR}`;
    return blocker('server', text, mend);
  }
  if (Number(minor) <= NEWEST_MINOR) return fine('server', text);
  const mend = `nothing to do: the lab was tried with versions up to 1.${NEWEST_MINOR}`;
  return warning('server', `${text}, newer than what the lab knows`, mend);
}

const WORTH_TELLING_MS = 2_000;

/** The server's clock against ours; what is off is put right in the timeline. */
export async function checkClock(
  api: ApiPort,
  clock: Clock,
  signal?: AbortSignal,
): Promise<{ readonly finding: Finding; readonly skewMs: number }> {
  let skew: ClockSkew | undefined;
  try {
    skew = await measureClockSkew(api, clock, signal);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { finding: warning('clock', `not known: ${because}`, 'run it again'), skewMs: 0 };
  }
  const skewMs = skewCorrectionMs(skew);
  if (skew === undefined) {
    const text = 'not known: the server sends no Date, or a clock was set meanwhile';
    return {
      finding: warning('clock', text, 'times of objects are taken as they are'),
      skewMs,
    };
  }
  const precision = Math.max(1, Math.ceil((skew.maxMs - skew.minMs) / 2));
  const text =
    skewMs === 0
      ? `the server's is this machine's, within ${Math.ceil(Math.max(-skew.minMs, skew.maxMs))} ms`
      : `the server's is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead' : 'behind'} (give or take ${precision} ms); times of objects are put right in the timeline`;
  const isFar = Math.abs(skewMs) > WORTH_TELLING_MS;
  const finding = isFar
    ? warning('clock', text, 'set both by NTP: timedatectl set-ntp true')
    : fine('clock', text);
  return { finding, skewMs };
}

const METRICS = '/apis/metrics.k8s.io/v1beta1';
const OLD_MS = 90_000;
const INSTALL_METRICS =
  'kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml\n(minikube addons enable metrics-server; on kind add --kubelet-insecure-tls)';

/**
 * Whether there is a metrics API and how old its samples are.
 *
 * @param serverNowMs - the server's time.
 * @param isNeeded - whether an HPA scales by what only this API tells.
 */
export async function checkMetrics(
  api: ApiPort,
  { serverNowMs, isNeeded }: { readonly serverNowMs: number; readonly isNeeded: boolean },
): Promise<Finding> {
  const judge = isNeeded ? blocker : warning;
  try {
    if ((await findObject(api, METRICS)) === undefined) {
      return judge('metrics API', 'there is none, so an HPA has no CPU to go by', INSTALL_METRICS);
    }
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return judge(
      'metrics API',
      `does not answer: ${because}`,
      'kubectl get apiservice v1beta1.metrics.k8s.io',
    );
  }
  try {
    const { body } = await api.call({ path: `${METRICS}/pods` });
    return sampleAge(fieldOf(body, 'items'), serverNowMs);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return error instanceof ApiRefusal && error.status === 403
      ? warning(
          'metrics API',
          `answers; how old its samples are may not be read: ${because}`,
          'manifests/rbac/cluster-read.yaml allows it',
        )
      : judge(
          'metrics API',
          `does not answer: ${because}`,
          'kubectl logs -n kube-system deployment/metrics-server',
        );
  }
}

function sampleAge(items: unknown, serverNowMs: number): Finding {
  const times = (Array.isArray(items) ? items : [])
    .map((item: unknown) => Date.parse(String(fieldOf(item, 'timestamp'))))
    .filter((ms) => !Number.isNaN(ms));
  if (times.length === 0) {
    return fine('metrics API', 'answers, and has no samples: no pod has run for half a minute yet');
  }
  const ageS = Math.max(0, Math.round((serverNowMs - Math.max(...times)) / 1_000));
  const text = `answers for ${times.length} pods, its newest sample is ${ageS} s old`;
  if (ageS * 1_000 <= OLD_MS) return fine('metrics API', text);
  return warning('metrics API', text, 'kubectl logs -n kube-system deployment/metrics-server');
}

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';
const LEASE_OLD_MS = 60_000;

/**
 * Whether the controllers that the HPA belongs to are alive, by the lease they renew each two seconds. Undefined where that
 * cannot be told: some hosts hide it.
 */
export async function checkControllers(
  api: ApiPort,
  serverNowMs: number,
): Promise<Finding | undefined> {
  let renewTime: unknown;
  try {
    renewTime = valueAt(await findObject(api, LEASE), ['spec', 'renewTime']);
  } catch {
    return undefined;
  }
  if (typeof renewTime !== 'string') return undefined;
  const ageMs = serverNowMs - Date.parse(renewTime);
  const text = `the controller manager renewed its lease ${Math.max(0, Math.round(ageMs / 1_000))} s ago`;
  if (ageMs <= LEASE_OLD_MS) return fine('HPA controller', text);
  return blocker(
    'HPA controller',
    text,
    'kubectl -n kube-system get pods -l component=kube-controller-manager',
  );
}
