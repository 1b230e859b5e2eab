/** The phases of a run: deploy, settle, load, cool down, tear down. */
import type { ClusterTarget } from '../cluster/target.js';
import type { UsageSource } from '../control-plane/pod-runtime.js';
import { LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import type { LoadProgress, LoadSender } from '../load/sender.js';
import { observeCluster } from '../observe/cluster-observer.js';
import { sampleHarness, sampleUsage } from '../observe/samplers.js';
import type { Clock } from '../time/clock.js';
import type { EndRecord, Phase } from '../timeline/record.js';
import type { Recorder } from '../timeline/recorder.js';
import { planFaults, type FaultPort } from './plan-faults.js';
import type { RunCompanion } from './run-companion.js';
import { waitUntilReady } from './wait-until-ready.js';

/** What a run is given: the cluster, the sender, one clock and one recorder. */
export interface RunOptions {
  readonly experiment: Experiment;
  /** The experiment's manifests, prepared. */
  readonly objects: readonly KubeObject[];
  readonly target: ClusterTarget;
  /** How the service gets onto the cluster and what the run leaves is removed; absent: in a namespace of its own. */
  readonly deployment?: RunDeployment;
  readonly sender: LoadSender;
  readonly clock: Clock;
  readonly recorder: Recorder;
  /** The kernel's view of pods, where there is one, with pod names by uid. */
  readonly usage?: { readonly source: UsageSource; readonly podNames: ReadonlyMap<string, string> };
  /** Makes the experiment's faults happen; absent: the cluster is not ours to break. */
  readonly faults?: FaultPort;
  /** Absent: none. */
  readonly companions?: readonly RunCompanion[];
  readonly onPhase: (phase: Phase) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  /** Aborting ends the run early; it is torn down all the same. */
  readonly signal: AbortSignal;
}

/** What a run does to a cluster before and after it. */
export interface RunDeployment {
  /** Leaves the service under test as it shall be tested; `down` follows, also when this fails. */
  up(): Promise<void>;
  /** Called when the service is ready, before anything settles. */
  ready?(): Promise<void>;
  /** Leaves the cluster as it was. */
  down(): Promise<void>;
}

const USAGE_PERIOD_MS = 1_000;
const HARNESS_PERIOD_MS = 5_000;
/** Between the last preparation and second 0 of the load: what sender processes take to start on a busy machine. */
const DEFAULT_LEAD_MS = 800;

/**
 * Runs an experiment on a cluster that stands, and removes from it what was applied.
 *
 * @returns how it ended; the error of a failed run is in `error`. Never throws.
 */
export async function runExperiment(
  options: RunOptions,
): Promise<{ readonly outcome: EndRecord['outcome']; readonly error?: unknown }> {
  const { recorder, signal } = options;
  const observation = new AbortController();
  const observed = observe(options, observation.signal);
  let failure: { readonly error: unknown } | undefined;
  try {
    await phases(options);
  } catch (error) {
    if (!signal.aborted) failure = { error };
  }
  beginPhase(options, 'tear-down');
  try {
    await options.sender.close?.();
  } catch (error) {
    failure ??= { error };
  }
  try {
    await deploymentOf(options).down();
  } catch (error) {
    failure ??= { error };
  }
  for (const companion of options.companions ?? []) await companion.end?.(recorder, signal);
  observation.abort();
  await observed;
  if (failure !== undefined) {
    recorder.record({ kind: 'end', outcome: 'failed', because: reasonOf(failure.error) });
    return { outcome: 'failed', error: failure.error };
  }
  if (signal.aborted) {
    recorder.record({ kind: 'end', outcome: 'interrupted', because: reasonOf(signal.reason) });
    return { outcome: 'interrupted' };
  }
  recorder.record({ kind: 'end', outcome: 'completed' });
  return { outcome: 'completed' };
}

async function phases(options: RunOptions): Promise<void> {
  const { experiment, clock, signal } = options;
  refuseFaults(options);
  for (const companion of options.companions ?? []) await companion.begin?.(signal);
  beginPhase(options, 'deploy');
  const deployment = deploymentOf(options);
  await deployment.up();
  await waitUntilReady(options);
  await deployment.ready?.();
  const onNote = (text: string): void => options.recorder.record({ kind: 'note', text });
  await options.sender.prepare?.(experiment.load, { signal, onNote });
  beginPhase(options, 'settle');
  await clock.sleep(experiment.settleMs, signal);
  const endFaults: FaultsEnd = { end: () => undefined };
  try {
    await load(options, endFaults);
    beginPhase(options, 'cool-down');
    await clock.sleep(experiment.coolDownMs, signal);
  } finally {
    endFaults.end();
  }
}

/** What ends the faults that were planned, once that is known. */
interface FaultsEnd {
  end: () => void;
}

function beginFaults(
  { experiment, faults: port, clock, recorder }: RunOptions,
  startAtMs: number,
): () => void {
  const { faults = [], namespace } = experiment;
  if (port === undefined) return () => undefined;
  return planFaults(faults, { port, namespace, clock, recorder, startAtMs });
}

/** @throws {LabError} `EXPERIMENT_INVALID` where faults are planned for a cluster that is not ours to break. */
function refuseFaults({ experiment, faults }: RunOptions): void {
  if ((experiment.faults ?? []).length === 0 || faults !== undefined) return;
  throw new LabError(
    'EXPERIMENT_INVALID',
    'faults are planned, which only clusters of our own can have: embedded and simulated',
    { hint: 'leave out `faults`, or run it with --target embedded' },
  );
}

function deploymentOf({ deployment, target, objects, experiment }: RunOptions): RunDeployment {
  return (
    deployment ?? {
      up: () => target.apply(objects),
      down: () => target.deleteNamespace(experiment.namespace),
    }
  );
}

async function load(options: RunOptions, endFaults: FaultsEnd): Promise<void> {
  const { experiment, target, sender, clock, recorder, signal } = options;
  const { leadMs = DEFAULT_LEAD_MS } = sender;
  const baseUrl =
    sender.targetUrl === undefined
      ? await target.serviceUrl(experiment.namespace, experiment.service)
      : await sender.targetUrl();
  signal.throwIfAborted();
  const startAtMs = clock.now() + leadMs;
  const startT = recorder.now() + leadMs;
  recorder.record({ kind: 'phase', phase: 'load' }, startT);
  options.onPhase('load');
  endFaults.end = beginFaults(options, startAtMs);
  const summary = await sender.send(experiment.load, {
    baseUrl,
    startAtMs,
    signal,
    onSecond: (second) =>
      recorder.record({ kind: 'load', load: second }, startT + second.second * 1_000),
    onProgress: options.onProgress,
    onNote: (text) => recorder.record({ kind: 'note', text }),
  });
  recorder.record({ kind: 'load-summary', summary });
  signal.throwIfAborted();
}

function beginPhase({ recorder, onPhase, signal }: RunOptions, phase: Phase): void {
  if (phase !== 'tear-down') signal.throwIfAborted();
  recorder.record({ kind: 'phase', phase });
  onPhase(phase);
}

function observe(options: RunOptions, signal: AbortSignal): Promise<unknown> {
  const { experiment, target, recorder, clock, usage } = options;
  const { namespace, deployment, service, hpa } = experiment;
  const base = { recorder, clock };
  return Promise.all([
    observeCluster({ ...base, target, namespace, deployment, service, hpa }, signal),
    // on virtual time this process's use tells nothing of the run
    target.kind === 'simulated'
      ? undefined
      : sampleHarness({ ...base, periodMs: HARNESS_PERIOD_MS }, signal),
    usage === undefined
      ? undefined
      : sampleUsage({ ...base, ...usage, periodMs: USAGE_PERIOD_MS }, signal),
  ]);
}

function reasonOf(error: unknown): string {
  if (error instanceof LabError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
