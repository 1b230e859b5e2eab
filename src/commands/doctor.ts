/** `npm run doctor -- --context X`: whether experiments can run on a cluster, and what to mend where not. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Command } from 'commander';
import { LabError } from '../core/errors.js';
import { isDeployment } from '../core/object-guards.js';
import type { KubeObject, PodSpec } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import { packageRoot } from '../process/package-root.js';
import { type Examination, examine } from '../run/doctor/examine.js';
import { type Finding, findingsText } from '../run/doctor/finding.js';
import { reachFindings } from '../run/doctor/reach-check.js';
import { type TrialOptions, tryOut } from '../run/doctor/trial.js';
import { readExperiment } from '../run/read-experiment.js';
import { readManifests } from '../run/read-manifests.js';
import { newRunId } from '../run/result-folder.js';
import type { Clock } from '../time/clock.js';
import { WallClock } from '../time/wall-clock.js';
import { type ContextFlags, contextOf, contextText, requireAllowed } from './choose-context.js';
import { apiOf, markOf, settingsOf } from './kubernetes-run.js';
import { stopOnSignals } from './stop-signals.js';

interface DoctorOptions extends ContextFlags {
  readonly experiments: string;
  readonly image?: string;
  readonly trial: boolean;
  readonly json?: boolean;
}

const RUN_SUFFIX_BYTES = 2;
const SAMPLE_IMAGE = 'hpa-lab/sample-service:0.1.0';

/** Examines a cluster, for an experiment or on its own. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('examine a cluster: what an experiment needs there, and the command that mends it')
    .argument('[experiment]', 'a name in experiments/ or a path; without it the cluster on its own')
    .option('--context <name>', 'the kubeconfig context (default: as the experiment says)')
    .option('--kubeconfig <file>', 'where the context is (default: $KUBECONFIG, ~/.kube/config)')
    .option('--yes', 'touches the cluster without asking')
    .option('--image <image>', 'the image that is tried (default: as the experiment says)')
    .option('--no-trial', 'only looks: tries no pod and no HPA')
    .option('--json', 'the findings as JSON')
    .option(
      '--experiments <folder>',
      'where named experiments are',
      join(packageRoot(), 'experiments'),
    )
    .action(runDoctor);
}

async function runDoctor(name: string | undefined, options: DoctorOptions): Promise<void> {
  const clock = new WallClock();
  const stop = stopOnSignals('removing what was tried');
  try {
    const experiment = name === undefined ? undefined : readExperiment(name, options.experiments);
    const known = await contextOf(options, experiment?.cluster);
    if (options.json !== true) process.stdout.write(`${contextText(known)}\n`);
    if (options.trial) await requireAllowed(known, options);
    const findings = await findingsOf(
      { ...options, ...(experiment === undefined ? {} : { experiment }) },
      { api: await apiOf(known, clock), clock, signal: stop.signal },
    );
    const text =
      options.json === true
        ? JSON.stringify({ ...known, findings }, undefined, 2)
        : findingsText(findings);
    process.stdout.write(`${text}\n`);
    const count = findings.filter(({ level }) => level === 'blocker').length;
    if (count > 0) {
      throw new LabError('CLUSTER_FAILED', `${count} of ${findings.length} findings are blockers`, {
        hint: 'the lines that begin with > mend them',
      });
    }
  } catch (error) {
    if (stop.signal.aborted) {
      throw new LabError('INTERRUPTED', `stopped by ${String(stop.signal.reason)}`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    stop.dispose();
  }
}

async function findingsOf(
  { experiment: asked, image, trial }: DoctorOptions & { readonly experiment?: Experiment },
  world: Pick<TrialOptions, 'api' | 'clock' | 'signal'>,
): Promise<readonly Finding[]> {
  const flags = image === undefined ? {} : { image };
  const experiment =
    asked === undefined ? undefined : { ...asked, cluster: settingsOf(asked, flags) };
  const isExisting = experiment?.isExisting === true;
  const manifests =
    experiment === undefined || isExisting ? [] : await readManifests(experiment, {});
  const examined = await examine({
    ...world,
    manifests,
    ...(experiment === undefined ? {} : { experiment }),
  });
  const { findings } = examined;
  if (findings.some(({ level }) => level === 'blocker')) return findings;
  const reach =
    experiment === undefined ? [] : await reachFindings({ ...world, experiment, manifests });
  // an existing workload has its image already, and its HPA tells of its controller
  if (!trial || isExisting) return [...findings, ...reach];
  const tried = await tryOut({
    ...world,
    ...trialOf(examined, { experiment, manifests, clock: world.clock }),
    ...flags,
  });
  const isTried = new Set(tried.map(({ check }) => check));
  return [...findings.filter(({ check }) => !isTried.has(check)), ...reach, ...tried];
}

function trialOf(
  { claim }: Examination,
  of: {
    readonly experiment: Experiment | undefined;
    readonly manifests: readonly KubeObject[];
    readonly clock: Clock;
  },
): Pick<TrialOptions, 'namespace' | 'isGiven' | 'mark' | 'podSpec' | 'image'> {
  const { experiment, manifests, clock } = of;
  const nowMs = clock.now();
  const runId = newRunId(nowMs, randomBytes(RUN_SUFFIX_BYTES).toString('hex'));
  const isGiven = claim === 'given' && experiment !== undefined;
  const podSpec = podSpecOf(manifests, experiment?.deployment);
  const image = experiment?.cluster?.image ?? podSpec?.containers[0]?.image ?? SAMPLE_IMAGE;
  return {
    namespace: isGiven ? experiment.namespace : `hpa-lab-doctor-${runId}`,
    isGiven,
    mark: markOf('doctor', { runId, expiresAtMs: nowMs + TRIAL_EXPIRY_MS }),
    ...(podSpec === undefined ? {} : { podSpec }),
    image,
  };
}

const TRIAL_EXPIRY_MS = 600_000;

function podSpecOf(
  manifests: readonly KubeObject[],
  name: string | undefined,
): PodSpec | undefined {
  for (const object of manifests) {
    if (isDeployment(object) && object.metadata.name === name) return object.spec.template.spec;
  }
  return undefined;
}
