/** How far the simulated cluster is from recordings of a real one that its model was not fitted to. */
import { errorsText } from '../../src/calibration/model-summary.js';
import { valueOf } from '../../src/analysis/measure.js';
import type { RunErrors } from '../../src/calibration/model-file.js';
import { agreement, nearest, sizesOf } from '../support/agreement.js';
import { overload } from '../support/overload.js';
import type { RealRun } from '../support/real-run.js';
import type { BenchFigure } from './figure.js';

const SEEDS = Array.from({ length: 16 }, (_, index) => index + 1);
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
    const result = await agreement(of, by, SEEDS);
    const { real, simulated, errors } = result;
    const name = `run ${of.slice(0, 1)} by a model of ${by.slice(0, 1)}`;
    const same = simulated.filter(({ growth }) => sizesOf(growth) === sizesOf(real.growth));
    figures.push({
      name: `${name}: simulated runs with its sizes (${sizesOf(real.growth)})`,
      value: (100 * same.length) / simulated.length,
      unit: '%',
      note: errorsText(errors),
    });
    const worst = nearest(result)?.worstMs;
    if (worst !== undefined) {
      const unit = 's';
      figures.push({
        name: `${name}: rescales of the nearest run`,
        value: worst / 1_000,
        unit,
        limit: 15,
      });
    }
    figures.push(...percentages(name, errors));
  }
  return [...figures, ...(await overloadFigures())];
}

function percentages(name: string, errors: RunErrors): readonly BenchFigure[] {
  const told = { cost: errors.cost, 'response p50': errors.p50 };
  return Object.entries(told).flatMap(([of, error]) => {
    const value = valueOf(error);
    return value === undefined ? [] : [{ name: `${name}: ${of}`, value: 100 * value, unit: '%' }];
  });
}

async function overloadFigures(): Promise<readonly BenchFigure[]> {
  const { firstUnreadyMs, firstRestartMs, answered, restarts, recoveredMs } = await overload(1);
  return [
    ...seconds('first endpoint lost', firstUnreadyMs, 'in reality 13 to 15 s'),
    ...seconds('first restart', firstRestartMs, 'in reality 25 s'),
    { name: 'overload: restarts', value: restarts, unit: '', note: 'in reality 23' },
    { name: 'overload: answered', value: 100 * answered, unit: '%', note: 'in reality 39 %' },
    ...seconds('all ready after the load fell', recoveredMs, 'in reality 22 s'),
  ];
}

function seconds(name: string, ms: number | undefined, note: string): readonly BenchFigure[] {
  return ms === undefined
    ? []
    : [{ name: `overload: ${name}`, value: ms / 1_000, unit: 's', note }];
}
