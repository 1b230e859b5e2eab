/** A run on the embedded cluster, from the first record to the last, for the command line. */
import { objectFaults } from '../cluster/embedded/check-objects.js';
import type { EmbeddedCluster } from '../cluster/embedded/embedded-cluster.js';
import { LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import { planFaults } from '../load/senders/plan-faults.js';
import { machineEnvironment } from '../run/environment.js';
import { LiveState } from '../run/live-state.js';
import { manifestDigests, RUN_LABEL } from '../run/manifest-digests.js';
import type { OpenRun } from '../run/result-folder.js';
import { runExperiment } from '../run/run-experiment.js';
import type { Clock } from '../time/clock.js';
import { encodeRecord } from '../timeline/codec.js';
import { type HeaderRecord, TIMELINE_SCHEMA_VERSION } from '../timeline/record.js';
import { Recorder } from '../timeline/recorder.js';
import type { CiLog } from './ci-log.js';
import { embeddedTarget } from './embedded.js';
import type { ExportFlags } from './export-flags.js';
import { LiveDisplay } from './live-display.js';
import { runCompanions } from './run-companions.js';
import { senderOf } from './load-sender.js';

/** The Service's address is not known yet; a plan's faults do not depend on it. */
const ANY_URL = 'http://127.0.0.1:80';

/** A run on the embedded cluster, about to begin. */
export interface EmbeddedRun {
  readonly experiment: Experiment;
  readonly objects: readonly KubeObject[];
  readonly cluster: EmbeddedCluster;
  readonly folder: OpenRun;
  readonly runId: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs it into its folder, which is closed then; how it is going is shown meanwhile. */
export async function runOnEmbedded(
  run: EmbeddedRun,
  {
    ci,
    log,
    senderImage,
    ...flags
  }: ExportFlags & { readonly ci: boolean; readonly log: CiLog; readonly senderImage?: string },
): Promise<Awaited<ReturnType<typeof runExperiment>>> {
  const { experiment, objects, cluster, folder, clock, signal } = run;
  const startMs = clock.now();
  const { companions, onRecord } = runCompanions(experiment, {
    flags,
    runId: run.runId,
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
  cluster.onDecision((name, decision) => recorder.record({ kind: 'hpa-decision', name, decision }));
  cluster.onFailure((text) => recorder.record({ kind: 'note', text }));
  const display = new LiveDisplay({ live, recorder, clock, isPlain: ci });
  const endGroup = log.group('run', `${experiment.name}: the run`);
  display.introduce(experiment, {
    kubeconfig: cluster.kubeconfigPath,
    folder: folder.path,
    facts: cluster.facts,
  });
  const target = await embeddedTarget(cluster, clock);
  const sender = await senderFor(run, senderImage);
  const outcome = await runExperiment({
    experiment,
    objects,
    target,
    sender,
    clock,
    recorder,
    companions,
    usage: { source: cluster.usage, podNames: cluster.podNames },
    faults: cluster.faults,
    onPhase: () => display.changed(),
    onProgress: (progress) => live.progress(progress),
    signal,
  });
  display.close();
  endGroup();
  folder.close();
  return outcome;
}

function senderFor(
  { experiment, cluster, clock, runId }: EmbeddedRun,
  senderImage: string | undefined,
): ReturnType<typeof senderOf> {
  const { kubeconfigPath, context, facts } = cluster;
  const { namespace, service } = experiment;
  return senderOf(experiment, {
    kubeconfigPath,
    context,
    clock,
    runId,
    labels: { [RUN_LABEL]: runId },
    ...(senderImage === undefined ? {} : { senderImage }),
    // without an address for each pod, Services listen elsewhere than their cluster IP says
    ...(facts.addresses === 'shared'
      ? { targetUrl: () => cluster.serviceUrl(namespace, service) }
      : {}),
  });
}

/**
 * What the API server would refuse is told before anything is started, all of it.
 *
 * @throws {LabError} `MANIFEST_INVALID`.
 */
export function refuseWrong(objects: readonly KubeObject[], clock: Clock): void {
  const faults = objectFaults(objects, clock);
  if (faults.length === 0) return;
  throw new LabError('MANIFEST_INVALID', faults.join('\n'), {
    hint: 'these are the objects as the experiment patches them: look at its manifests and patches',
  });
}

/**
 * What cannot be sent is told before anything is started.
 *
 * @throws {LabError} `LOAD_INVALID`.
 */
export function refuseUnsendable({ load }: Experiment): void {
  const faults = planFaults(load, ANY_URL);
  if (faults.length > 0) {
    throw new LabError('LOAD_INVALID', `the load cannot be sent:\n  ${faults.join('\n  ')}`);
  }
}

function headerOf({ experiment, objects, cluster, runId }: EmbeddedRun, startMs: number) {
  const underTest = new Set(['Deployment', 'HorizontalPodAutoscaler', 'Service']);
  const { missing, ...embedded } = cluster.facts;
  const header: Omit<HeaderRecord, 't'> = {
    kind: 'header',
    schemaVersion: TIMELINE_SCHEMA_VERSION,
    runId,
    startedAt: new Date(startMs).toISOString(),
    experiment,
    manifests: objects.filter(({ kind }) => underTest.has(kind)),
    manifestDigests: manifestDigests(objects),
    environment: {
      ...machineEnvironment(),
      target: 'embedded',
      clock: 'wall',
      embedded,
      missing,
    },
  };
  return header;
}
