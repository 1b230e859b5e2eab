/**
 * How runs simulated with a model of one recording of a real cluster (test/vectors/real-cluster) agree with
 * another recording, over seeds and over where the two loops of the cluster stand when the load begins.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { podHistories } from '../../src/analysis/pod-history.js';
import { valueOf } from '../../src/analysis/measure.js';
import { desiredSeries } from '../../src/analysis/replicas.js';
import { phaseStart } from '../../src/analysis/run-facts.js';
import { fitModel } from '../../src/calibration/fit-model.js';
import type { RunErrors } from '../../src/calibration/model-file.js';
import { medianErrors, runErrors } from '../../src/calibration/run-errors.js';
import { simulateAgain } from '../../src/run/check-model.js';
import { packageRoot } from '../../src/process/package-root.js';
import { decodeTimeline } from '../../src/timeline/codec.js';
import type { Timeline } from '../../src/timeline/record.js';
import { realExperimentRun } from './real-experiment.js';
import type { RealRun } from './real-run.js';

/** A change of size. */
interface Step {
  /** From the beginning of the load. */
  readonly atMs: number;
  readonly to: number;
}

/** What is compared of a run. */
export interface Course {
  /** Its rescales in order. */
  readonly steps: readonly Step[];
  /** Those before it first shrank. */
  readonly growth: readonly Step[];
  /** Of the pods that were added: created to ready. */
  readonly readyMs: readonly number[];
}

/** A recording beside what was simulated of it. */
export interface Agreement {
  readonly real: Course;
  readonly simulated: readonly Course[];
  readonly errors: RunErrors;
}

/** A step of 0.618 of a period visits all phases evenly, however many seeds there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Simulates a recording with a model of another one. */
export function agreement(of: RealRun, by: RealRun, seeds: readonly number[]): Promise<Agreement> {
  return agreementOf({ real: realExperimentRun(of), by: realExperimentRun(by) }, seeds);
}

/** Runs of the embedded cluster in test/vectors/embedded-agreement. */
export type EmbeddedRun = 'fit' | 'check';

/** Simulates a run of the embedded cluster with a model of another one. */
export function embeddedAgreement(
  of: EmbeddedRun,
  by: EmbeddedRun,
  seeds: readonly number[],
): Promise<Agreement> {
  return agreementOf({ real: embeddedRun(of), by: embeddedRun(by) }, seeds);
}

function embeddedRun(name: EmbeddedRun): Timeline {
  const file = join(packageRoot(), `test/vectors/embedded-agreement/${name}.ndjson.gz`);
  return decodeTimeline(gunzipSync(readFileSync(file)).toString('utf8'), name).timeline;
}

async function agreementOf(
  { real, by }: { readonly real: Timeline; readonly by: Timeline },
  seeds: readonly number[],
): Promise<Agreement> {
  const model = fitModel([by]);
  const simulated: Course[] = [];
  const errors: RunErrors[] = [];
  for (const seed of seeds) {
    const run = await simulateAgain(real, model, { seed, phase: (seed * GOLDEN) % 1 });
    simulated.push(courseOf(run));
    errors.push(runErrors(real, run));
  }
  return { real: courseOf(real), simulated, errors: medianErrors(errors) };
}

function courseOf(timeline: Timeline): Course {
  const loadT = valueOf(phaseStart(timeline, 'load')) ?? 0;
  // what is told in the first second was so before
  const isLater = ({ t }: { readonly t: number }): boolean => t > loadT + 1_000;
  const steps = desiredSeries(timeline)
    .filter(isLater)
    .flatMap(({ t, value }) => (value === undefined ? [] : [{ atMs: t - loadT, to: value }]));
  const shrinks = steps.findIndex(({ to }, index) => to < (steps[index - 1]?.to ?? 3));
  return {
    steps,
    growth: shrinks < 0 ? steps : steps.slice(0, shrinks),
    readyMs: podHistories(timeline)
      .filter(({ createdT }) => isLater({ t: createdT }))
      .flatMap(({ createdT, readyT }) => (readyT === undefined ? [] : [readyT - createdT])),
  };
}

/** The sizes of a way up as a text: `6, 8`. */
export function sizesOf(steps: readonly Step[]): string {
  return steps.map(({ to }) => to).join(', ');
}

/** The simulated run that is nearest to the real one: same sizes on the way up, and rescales least apart. */
export function nearest({ real, simulated }: Agreement): { readonly worstMs: number } | undefined {
  const same = simulated.filter(({ growth }) => sizesOf(growth) === sizesOf(real.growth));
  const apart = same.map(({ growth }) =>
    Math.max(
      ...growth.map(({ atMs }, index) => Math.abs(atMs - (real.growth[index]?.atMs ?? Infinity))),
    ),
  );
  return apart.length === 0 ? undefined : { worstMs: Math.min(...apart) };
}
