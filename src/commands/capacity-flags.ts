/** From the flags of `capacity` to a search: everything that is wrong with them is told at once. */
import { duration, pattern, share, wholeNumber } from '../experiment/values.js';
import type { Experiment, SloSettings } from '../experiment/experiment.js';
import { MAX_RATE_PER_SECOND } from '../load/senders/plan-faults.js';
import type { CapacitySettings } from '../run/run-capacity.js';
import { FlagReader, usageError } from './flag-reader.js';

/** The flags as they were typed. */
export interface CapacityFlags {
  readonly pods?: string;
  readonly step?: string;
  readonly warmUp?: string;
  readonly confirmations?: string;
  readonly resolution?: string;
  readonly maxTries?: string;
  readonly sloResponseTime?: string;
  readonly sloObjective?: string;
}

/** What is searched, and how. */
export interface CapacityJob {
  /** Numbers of pods, rising. */
  readonly replicas: readonly number[];
  readonly slo: SloSettings;
  readonly settings: CapacitySettings;
}

const MAX_PODS = 100;
const SLO_HINT =
  'give the experiment `slo: { responseTime: 300ms, objective: 99% }`, or --slo-response-time 300ms --slo-objective 99%';
const FLAGS_HINT = 'npm run capacity -- spike --pods 1,2,3 --step 10s';
const DEFAULTS = {
  stepMs: 10_000,
  warmUpMs: 2_000,
  confirmations: 3,
  resolution: 0.05,
  maxTrials: 16,
} as const;

/**
 * What the flags ask for; an experiment's `slo` counts where they name none.
 *
 * @throws {LabError} `USAGE` with every fault; also when there is no SLO at all.
 */
export function capacityJob(flags: CapacityFlags, experiment: Experiment): CapacityJob {
  const faults: string[] = [];
  const read = new FlagReader(flags, faults);
  const whole = duration({ above0: true });
  const pods = read.value('pods', podCounts());
  const settings: CapacitySettings = {
    stepMs: wholeSeconds(read, 'step') ?? DEFAULTS.stepMs,
    warmUpMs: wholeSeconds(read, 'warmUp') ?? DEFAULTS.warmUpMs,
    confirmations: read.value('confirmations', wholeNumber(1, 20)) ?? DEFAULTS.confirmations,
    resolution: read.value('resolution', share()) ?? DEFAULTS.resolution,
    maxTrials: read.value('maxTries', wholeNumber(1, 1_000)) ?? DEFAULTS.maxTrials,
    maxPerSecond: MAX_RATE_PER_SECOND,
  };
  const responseTimeMs = read.value('sloResponseTime', whole) ?? experiment.slo?.responseTimeMs;
  const objective = read.value('sloObjective', share()) ?? experiment.slo?.objective;
  const others = faults.length;
  if (responseTimeMs === undefined && flags.sloResponseTime === undefined) {
    read.fault('--slo-response-time', 'one, as the experiment has no `slo`', 'nothing');
  }
  if (objective === undefined && flags.sloObjective === undefined) {
    read.fault('--slo-objective', 'one, as the experiment has no `slo`', 'nothing');
  }
  if (faults.length > 0 || responseTimeMs === undefined || objective === undefined) {
    throw usageError(faults, faults.length > others ? SLO_HINT : FLAGS_HINT);
  }
  return { replicas: pods ?? [1], slo: { responseTimeMs, objective }, settings };
}

const PODS_EXPECTED = `numbers of pods from 1 to ${MAX_PODS}, such as 1,2,3`;

/** `1,2,3` as numbers, each once, rising. */
function podCounts() {
  return pattern(/^\d{1,3}(?:,\d{1,3})*$/, PODS_EXPECTED)
    .or(wholeNumber(1, MAX_PODS))
    .transform((typed) => [...new Set(String(typed).split(',').map(Number))].sort((a, b) => a - b))
    .refine((all) => all.every((each) => each >= 1 && each <= MAX_PODS), PODS_EXPECTED);
}

/** Seconds are what the accounts are kept by: a part of one would count to the wrong side. */
function wholeSeconds(
  read: FlagReader<CapacityFlags>,
  name: 'step' | 'warmUp',
): number | undefined {
  const expected = 'a duration of whole seconds, such as 10s';
  const any = duration({ above0: name === 'step' });
  return read.value(
    name,
    any.refine((ms) => ms % 1_000 === 0, expected),
  );
}
