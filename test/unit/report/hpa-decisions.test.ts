import { describe, expect, it } from 'vitest';
import { type ExplainedDecision, explainedDecision } from '../../../src/analysis/hpa-decisions.js';
import { measured, noData } from '../../../src/analysis/measure.js';
import { NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import { decisionLines } from '../../../src/report/hpa-decisions.js';
import { anInput, cpuAt, NOW_MS, type PodShape, readyPods } from '../../support/hpa-input.js';

const SPEC = {
  minReplicas: 3,
  maxReplicas: 10,
  metrics: [cpuAt(60)],
  behavior: { scaleDown: { stabilizationWindowSeconds: 30 } },
};
const LAYOUT = { originT: 10_000, columns: 100 };

/** One sync each 15 s, as recorded, or reconstructed beside a real HPA that wanted another size. */
function run(
  all: readonly (readonly PodShape[])[],
  realWanted?: readonly number[],
): readonly ExplainedDecision[] {
  let memory = NO_MEMORY;
  return all.map((pods, index) => {
    const t = 10_000 + index * 15_000;
    const outcome = reconcile(anInput({ spec: SPEC, pods }), memory, NOW_MS + t);
    const { decision } = outcome;
    memory = outcome.memory;
    const desiredReplicas = realWanted?.[index];
    const agrees = desiredReplicas === decision.toReplicas;
    const real = desiredReplicas === undefined ? undefined : { desiredReplicas, said: [], agrees };
    return explainedDecision({ t, decision, real }, NOW_MS);
  });
}

describe('what the HPA decided, line by line', () => {
  it('has a line for each change, one for holds that say the same, none where nothing was to do', () => {
    const decisions = run([
      readyPods(3, 20),
      readyPods(3, 30), // the same, though another size was asked for
      readyPods(3, 60), // nothing to do
      readyPods(3, 150),
      readyPods(7, 64),
      readyPods(7, 20),
      readyPods(7, 25),
      readyPods(3, 60).concat({}, {}),
      [],
    ]);

    expect(decisionLines(measured(decisions), LAYOUT)).toEqual([
      'What the HPA decided at 9 syncs; 2 not listed: nothing to change, nothing held back; each step by',
      'step: npm run explain -- <this folder>',
      ' 0:00 - 0:15  stays at 3    2 times: asked for 1 to 2; held at 3 by the last 30 s',
      '                            (ScaleDownStabilized)',
      '        0:45  3 to 7        cpu 150 % over 3 pods (target 60 %) asked for 8; limited to 7',
      '                            (ScaleUpLimit)',
      '        1:00  stays at 7    within the tolerance',
      '        1:15  stays at 7    asked for 3; held at 7 by the last 30 s (ScaleDownStabilized)',
      '        1:30  7 to 3        cpu 25 % over 7 pods (target 60 %) asked for 3',
      '        2:00  stays at 0    set to 0 by hand, which switches scaling off',
    ]);
  });

  it('says of reconstructed ones how far to believe them, and where the real HPA wanted another size', () => {
    const decisions = run([readyPods(3, 60), readyPods(3, 60), readyPods(3, 100)], [3, 4, 5]);

    expect(decisionLines(measured(decisions), LAYOUT)).toEqual([
      'What the HPA decided at 3 syncs; 1 not listed: nothing to change, nothing held back; each step by',
      'step: npm run explain -- <this folder>',
      'Reconstructed: modelled from what was observed; the real HPA, which tells no steps, wanted the same',
      'size at 2 of 3.',
      '        0:15  stays at 3    the real HPA wanted 4: what it saw was not what was observed',
      '        0:30  3 to 5        cpu 100 % over 3 pods (target 60 %) asked for 5',
    ]);
  });

  it('says why it is not known', () => {
    expect(decisionLines(noData('nothing was told'), LAYOUT)).toEqual([
      'What the HPA decided: not known (nothing was told)',
    ]);
  });

  it('fits into 80 columns', () => {
    const lines = decisionLines(measured(run([readyPods(3, 20), readyPods(3, 400)])), {
      originT: 0,
      columns: 80,
    });

    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
