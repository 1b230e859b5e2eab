/** How far the simulated cluster is from recordings of a real one that its model was not fitted to. */
import { errorsText } from '../../src/calibration/model-summary.js';
import { valueOf } from '../../src/analysis/measure.js';
import type { RunErrors } from '../../src/calibration/model-file.js';
import {
  type Agreement,
  agreement,
  embeddedAgreement,
  nearest,
  sizesOf,
} from '../support/agreement.js';
import { overload, type OverloadSeen } from '../support/overload.js';
import type { RealRun } from '../support/real-run.js';
import type { BenchFigure } from './figure.js';

const SEEDS = Array.from({ length: 32 }, (_, index) => index + 1);
const PAIRS: readonly { readonly of: RealRun; readonly by: RealRun }[] = [
  { of: 'D-nominal-scaleup', by: 'B-nominal-stab30' },
  // requests were a fifth dearer in B's spike than in D: other work on the machine
  { of: 'B-nominal-stab30', by: 'D-nominal-scaleup' },
  { of: 'E-ramp-target70', by: 'B-nominal-stab30' },
];

/** Medians over seeds and phases of the loops; the notes tell all errors. */
export async function benchAgreement(): Promise<readonly BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const { of, by } of PAIRS) {
    const name = `run ${of.slice(0, 1)} by a model of ${by.slice(0, 1)}`;
    figures.push(...figuresOf(name, await agreement(of, by, SEEDS)));
  }
  const embedded = await embeddedAgreement('check', 'fit', SEEDS);
  figures.push(...figuresOf('an embedded run by a model of another', embedded));
  return [...figures, ...(await overloadFigures())];
}

function figuresOf(name: string, result: Agreement): readonly BenchFigure[] {
  const figures: BenchFigure[] = [];
  const { real, simulated, errors } = result;
  const same = simulated.filter(({ growth }) => sizesOf(growth) === sizesOf(real.growth));
  figures.push({
    name: `${name}: simulated runs with its sizes (${sizesOf(real.growth)})`,
    value: (100 * same.length) / simulated.length,
    unit: '%',
    note: errorsText(errors),
  });
  const worst = nearest(result)?.worstMs;
  if (worst !== undefined) {
    const value = worst / 1_000;
    figures.push({ name: `${name}: rescales of the nearest run`, value, unit: 's', limit: 15 });
  }
  return [...figures, ...percentages(name, errors)];
}

function percentages(name: string, errors: RunErrors): readonly BenchFigure[] {
  const told = { cost: errors.cost, 'response p50': errors.p50 };
  return Object.entries(told).flatMap(([of, error]) => {
    const value = valueOf(error);
    return value === undefined ? [] : [{ name: `${name}: ${of}`, value: 100 * value, unit: '%' }];
  });
}

/** How long the real clients waited was not recorded: what is answered depends on it. */
const CLIENT_TIMEOUTS_S = [5, 10];
const OVERLOAD_SEEDS = [1, 2, 3, 4, 5];

async function overloadFigures(): Promise<readonly BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const timeoutS of CLIENT_TIMEOUTS_S) {
    const seen: OverloadSeen[] = [];
    for (const seed of OVERLOAD_SEEDS) seen.push(await overload(seed, timeoutS * 1_000));
    const name = (of: string): string => `overload, clients wait ${timeoutS} s: ${of}`;
    const answered = seen.map((each) => 100 * each.answered);
    figures.push({ name: name('answered'), unit: '%', ...spread(answered, 'in reality 39 %') });
    if (figures.length > 1) continue;
    const seconds = (of: string, all: readonly (number | undefined)[], note: string): void => {
      const values = all.flatMap((ms) => (ms === undefined ? [] : [ms / 1_000]));
      if (values.length > 0) figures.push({ name: name(of), unit: 's', ...spread(values, note) });
    };
    seconds(
      'first endpoint lost',
      seen.map(({ firstUnreadyMs }) => firstUnreadyMs),
      'in reality 13 to 15 s',
    );
    seconds(
      'first restart',
      seen.map(({ firstRestartMs }) => firstRestartMs),
      'in reality 25 s',
    );
    const restarts = seen.map((each) => each.restarts);
    figures.push({ name: name('restarts'), unit: '', ...spread(restarts, 'in reality 23') });
  }
  return figures;
}

function spread(values: readonly number[], note: string): { value: number; note: string } {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[0], sorted.at(-1)].map((each) =>
    Number((each ?? 0).toPrecision(3)),
  );
  const value = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { value, note: `${note}; simulated from ${low} to ${high}` };
}
