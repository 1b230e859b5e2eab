/** A run on a real cluster, from the choice of the cluster to the last record, for the command line. */
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { ApiPort } from '../cluster/api-port.js';
import type { KnownContext } from '../cluster/kubernetes/kubeconfig.js';
import type { PodForwarder } from '../cluster/kubernetes/pod-forwarder.js';
import { selectedTarget } from '../cluster/selected-target.js';
import { withoutSkewOf } from '../cluster/skewed-target.js';
import type { ClusterTarget } from '../cluster/target.js';
import { type LabMark, labelSafe, labLabels } from '../core/lab-labels.js';
import { isDeployment } from '../core/object-guards.js';
import type { KubeObject } from '../core/objects.js';
import { seededRandom } from '../core/random.js';
import type { ClusterSettings } from '../experiment/cluster-settings.js';
import type { Experiment } from '../experiment/experiment.js';
import { machineEnvironment } from '../run/environment.js';
import { LiveState } from '../run/live-state.js';
import { manifestDigests, RUN_LABEL } from '../run/manifest-digests.js';
import { readManifests } from '../run/read-manifests.js';
import { canConnect } from '../run/real-cluster/connect.js';
import { existingDeployment, manifestDeployment } from '../run/real-cluster/deployments.js';
import { ExistingWorkload } from '../run/real-cluster/existing-workload.js';
import { copiedPullSecret, withImages } from '../run/real-cluster/images.js';
import type { NamespaceClaim } from '../run/real-cluster/lab-namespace.js';
import { plannedMs } from '../run/real-cluster/planned-time.js';
import { reachService, type ServiceReach } from '../run/real-cluster/reach-service.js';
import { forwardCeilingNote } from '../run/real-cluster/forward-ceiling.js';
import { createRunFolder, type OpenRun } from '../run/result-folder.js';
import { type RunDeployment, runExperiment } from '../run/run-experiment.js';
import type { Clock } from '../time/clock.js';
import { encodeRecord } from '../timeline/codec.js';
import { type HeaderRecord, TIMELINE_SCHEMA_VERSION } from '../timeline/record.js';
import { Recorder } from '../timeline/recorder.js';
import { type ContextFlags, contextOf, contextText, requireAllowed } from './choose-context.js';
import type { CiLog } from './ci-log.js';
import { type Examined, examineBeforeRun } from './examine-cluster.js';
import type { ExportFlags } from './export-flags.js';
import { LiveDisplay } from './live-display.js';
import { senderOf } from './load-sender.js';
import { runCompanions } from './run-companions.js';

/** Flags of a run on a real cluster. */
export interface KubernetesFlags extends ContextFlags, ExportFlags {
  readonly image?: string;
  readonly pullSecret?: string;
  readonly url?: string;
  readonly senderImage?: string;
}

/** What a run is begun with. */
export interface KubernetesRunOptions {
  readonly flags: KubernetesFlags;
  readonly results: string;
  readonly runId: string;
  readonly ci: boolean;
  readonly log: CiLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A run that ended, and where its timeline is. */
export type KubernetesRun = Awaited<ReturnType<typeof runExperiment>> & {
  readonly folder: OpenRun;
};

/**
 * Runs an experiment on a real cluster into a result folder of its own. The cluster is examined first; what would spoil
 * the run is told before anything is changed.
 *
 * @throws {LabError} `USAGE`, `CLUSTER_FAILED`, `MANIFEST_INVALID`: nothing is left on the cluster then.
 */
export async function runOnKubernetes(
  asked: Experiment,
  options: KubernetesRunOptions,
): Promise<KubernetesRun> {
  const { flags, clock, signal, runId } = options;
  const settings = settingsOf(asked, flags);
  const experiment: Experiment = { ...asked, cluster: settings };
  const known = await contextOf(flags, settings);
  process.stdout.write(`${contextText(known)}\n`);
  await requireAllowed(known, flags);
  const expiresAtMs = clock.now() + wantedMs(experiment) + settings.expiresAfterMs;
  const mark = markOf(experiment.name, { runId, expiresAtMs });
  const api = await apiOf(known, clock);
  const workload =
    experiment.isExisting === true ? new ExistingWorkload(api, experiment) : undefined;
  const manifests =
    workload === undefined ? await readManifests(experiment, { [RUN_LABEL]: runId }) : [];
  const examined = await examineBeforeRun({ api, experiment, manifests, clock, signal });
  signal.throwIfAborted();
  const present = await workload?.read();
  const objects =
    present ??
    (await labelled(manifests, { api, experiment, settings, mark, claim: examined.claim }));
  const folder = createRunFolder(resolve(options.results), experiment.name, runId);
  const run = { ...options, experiment, known, api, objects, workload, mark, examined, folder };
  return { ...(await runInto(run)), folder };
}

interface StartedRun extends KubernetesRunOptions {
  readonly experiment: Experiment;
  readonly known: KnownContext;
  readonly api: ApiPort;
  /** As they are applied; of an existing workload as they were before the run. */
  readonly objects: readonly KubeObject[];
  readonly workload: ExistingWorkload | undefined;
  readonly mark: LabMark;
  readonly examined: Examined;
  readonly folder: OpenRun;
}

async function runInto(run: StartedRun): Promise<Awaited<ReturnType<typeof runExperiment>>> {
  const { experiment, folder, clock, signal, known, ci, log, flags, runId } = run;
  const startMs = clock.now();
  const { companions, onRecord } = runCompanions(experiment, {
    flags,
    runId,
    clock,
    environment: process.env,
  });
  const live = new LiveState(experiment);
  const recorder = new Recorder({
    clock,
    startMs,
    sink: (record) => {
      folder.append(encodeRecord(record));
      live.record(record);
      onRecord(record);
    },
  });
  recorder.record(headerOf(run, startMs), 0);
  for (const text of run.examined.notes) recorder.record({ kind: 'note', text });
  const display = new LiveDisplay({ live, recorder, clock, isPlain: ci });
  const endGroup = log.group('run', `${experiment.name}: the run`);
  const lines = [`${contextText(known)}${versionText(run)}`, ...run.examined.notes];
  display.introduce(experiment, {
    ...known,
    kubeconfig: known.kubeconfigPath,
    folder: folder.path,
    lines,
  });
  const place = new ServicePlace(run, (text) => recorder.record({ kind: 'note', text }));
  const target = await targetOf(run, place);
  const outcome = await runExperiment({
    experiment,
    objects: run.objects,
    target,
    deployment: deploymentOf(run, { target, place }),
    sender: await senderOf(experiment, {
      ...known,
      clock,
      runId,
      labels: labLabels(run.mark),
      ...(flags.senderImage === undefined ? {} : { senderImage: flags.senderImage }),
    }),
    clock,
    recorder,
    companions,
    onPhase: () => display.changed(),
    onProgress: (progress) => live.progress(progress),
    signal,
  });
  display.close();
  endGroup();
  folder.close();
  return outcome;
}

async function targetOf(run: StartedRun, place: ServicePlace): Promise<ClusterTarget> {
  const { known, clock, examined, objects, experiment } = run;
  const { KubernetesTarget } = await import('../cluster/kubernetes/kubernetes-target.js');
  const serviceUrl = async (): Promise<string> => place.url;
  const target = withoutSkewOf(
    new KubernetesTarget('kubernetes', { ...known, clock, serviceUrl }),
    examined.clockSkewMs,
  );
  const tested = objects.find(
    (object) => isDeployment(object) && object.metadata.name === experiment.deployment,
  );
  if (examined.claim === 'own' || !isDeployment(tested)) return target;
  return selectedTarget(target, tested.spec.selector);
}

function deploymentOf(
  run: StartedRun,
  {
    target,
    place,
  }: Pick<Parameters<typeof manifestDeployment>[0], 'target'> & { place: ServicePlace },
): RunDeployment {
  const { api, clock, experiment, workload, mark, objects, examined } = run;
  const { namespace } = experiment;
  const { claim } = examined;
  const deployed =
    workload === undefined
      ? manifestDeployment({ api, target, clock, namespace, claim, objects })
      : existingDeployment(workload, mark);
  return {
    up: () => deployed.up(),
    ready: () => place.find(),
    down: async () => {
      await place.close();
      await deployed.down();
    },
  };
}

/** Where the service is reached: found when it is ready, given up with the run. */
class ServicePlace {
  readonly #run: StartedRun;
  readonly #note: (text: string) => void;
  #reach: ServiceReach | undefined;
  #forwarder: PodForwarder | undefined;

  constructor(run: StartedRun, note: (text: string) => void) {
    this.#run = run;
    this.#note = note;
  }

  get url(): string {
    const { service, namespace } = this.#run.experiment;
    return this.#reach?.url ?? `http://${service}.${namespace}.svc`;
  }

  async find(): Promise<void> {
    const { api, experiment, clock } = this.#run;
    // pods of the cluster reach it without us
    if (experiment.load.fromCluster !== undefined) return;
    const settings = experiment.cluster ?? { via: 'auto' };
    const { namespace, service } = experiment;
    this.#reach = await reachService({
      api,
      settings,
      namespace,
      service,
      canConnect: (url) => canConnect(url, clock),
      forward: () => this.#forward(),
      isInPod: process.env['KUBERNETES_SERVICE_HOST'] !== undefined,
    });
    const { route, url, because } = this.#reach;
    this.#note(`The service was reached at ${url} by ${route}: ${because}.`);
    if (route === 'port-forward') {
      this.#note(await forwardCeilingNote(url, { experiment, objects: this.#run.objects, clock }));
    }
  }

  async close(): Promise<void> {
    const failures = this.#forwarder?.failures;
    if (failures !== undefined && failures.count > 0) {
      const last = failures.last ?? 'no reason told';
      this.#note(`${failures.count} connections could not be forwarded, the last one: ${last}.`);
    }
    await this.#forwarder?.stop();
    this.#forwarder = undefined;
  }

  async #forward(): Promise<string> {
    const { known, experiment, clock } = this.#run;
    const { PodForwarder: Forwarder } = await import('../cluster/kubernetes/pod-forwarder.js');
    const { namespace, service, seed } = experiment;
    const random = seededRandom(seed).child('port-forward');
    this.#forwarder = await Forwarder.start({ ...known, namespace, service, clock, random });
    return this.#forwarder.url;
  }
}

/** The cluster by plain requests. */
export async function apiOf(known: KnownContext, clock: Clock): Promise<ApiPort> {
  const { ApiCaller } = await import('../cluster/kubernetes/api-caller.js');
  const { loadKubeconfig } = await import('../cluster/kubernetes/kubeconfig.js');
  return new ApiCaller(loadKubeconfig(known.kubeconfigPath, known.context), clock);
}

const DEFAULT_EXPIRY_MS = 7_200_000;

/** What the experiment says of its cluster, with what the command line says over it. */
export function settingsOf(
  { cluster }: Experiment,
  flags: Pick<KubernetesFlags, 'image' | 'url' | 'pullSecret'>,
): ClusterSettings {
  const [namespace = '', name = ''] = flags.pullSecret?.split('/') ?? [];
  return {
    via: 'auto',
    expiresAfterMs: DEFAULT_EXPIRY_MS,
    ...cluster,
    ...(flags.image === undefined ? {} : { image: flags.image }),
    ...(flags.url === undefined ? {} : { serviceUrl: flags.url }),
    ...(flags.pullSecret === undefined ? {} : { pullSecret: { namespace, name } }),
  };
}

/** Of a run of this user on this machine. */
export function markOf(
  experiment: string,
  run: { readonly runId: string; readonly expiresAtMs: number },
): LabMark {
  return { ...run, experiment, owner: labelSafe(`${userInfo().username}@${hostname()}`) };
}

function wantedMs(experiment: Experiment): number {
  return experiment.readyTimeoutMs + plannedMs(experiment);
}

async function labelled(
  manifests: readonly KubeObject[],
  of: {
    readonly api: ApiPort;
    readonly experiment: Experiment;
    readonly settings: ClusterSettings;
    readonly mark: LabMark;
    readonly claim: NamespaceClaim;
  },
): Promise<readonly KubeObject[]> {
  const { api, experiment, settings, mark } = of;
  const { deployment, namespace } = experiment;
  const { image, pullSecret } = settings;
  const labels = labLabels(mark);
  const marked = manifests.map((object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
  }));
  const secrets =
    pullSecret === undefined
      ? []
      : [await copiedPullSecret(api, pullSecret, { namespace, labels })];
  const images = {
    deployment,
    ...(image === undefined ? {} : { image }),
    ...(pullSecret === undefined ? {} : { pullSecret: pullSecret.name }),
  };
  return [...withImages(marked, images), ...secrets];
}

function versionText({ examined: { version } }: StartedRun): string {
  return version === undefined ? '' : `, Kubernetes ${version}`;
}

function headerOf(run: StartedRun, startMs: number): Omit<HeaderRecord, 't'> {
  const { experiment, objects, runId, known, examined } = run;
  const underTest = new Set(['Deployment', 'HorizontalPodAutoscaler', 'Service']);
  return {
    kind: 'header',
    schemaVersion: TIMELINE_SCHEMA_VERSION,
    runId,
    startedAt: new Date(startMs).toISOString(),
    experiment,
    manifests: objects.filter(({ kind }) => underTest.has(kind)),
    manifestDigests: manifestDigests(objects),
    environment: {
      ...machineEnvironment(),
      target: 'kubernetes',
      clock: 'wall',
      kubernetes: {
        server: known.server,
        context: known.context,
        ...(examined.version === undefined ? {} : { version: examined.version }),
        clockSkewMs: examined.clockSkewMs,
      },
      missing: examined.missing,
    },
  };
}
