import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.js';
import { explainedDecision } from '../../../../src/analysis/hpa-decisions.js';
import { measured } from '../../../../src/analysis/measure.js';
import { NO_MEMORY } from '../../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../../src/autoscaling/hpa/reconcile.js';
import { decisionSection } from '../../../../src/report/html/decision-section.js';
import { aTimeline } from '../../../support/a-timeline.js';
import { anInput, cpuAt, NOW_MS, readyPods } from '../../../support/hpa-input.js';

const SPEC = {
  minReplicas: 3,
  maxReplicas: 10,
  metrics: [cpuAt(60)],
  behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
};

describe('the marks of the HPA on the plot of the pods', () => {
  it('are one for each decision, also of those that the list tells as one', () => {
    let memory = NO_MEMORY;
    const decisions = [120, 20, 20, 20].map((percent, index) => {
      const t = index * 15_000;
      const pods = readyPods(index === 0 ? 3 : 6, percent);
      const outcome = reconcile(anInput({ spec: SPEC, pods }), memory, NOW_MS + t);
      memory = outcome.memory;
      return explainedDecision({ t, decision: outcome.decision, real: undefined }, NOW_MS);
    });
    const analysis = { ...analyze(aTimeline()), hpaDecisions: measured(decisions) };

    const { markup, marks } = decisionSection(analysis, 15_000);

    expect(markup.toString().match(/<li /g)).toHaveLength(2);
    expect(markup.toString()).toContain('3 times: asked for');
    expect(marks).toEqual([
      { id: 'decision-1', ms: -15_000, kind: 'up', label: '-0:15: 3 to 6' },
      { id: 'decision-2', ms: 0, kind: 'held', label: '0:00: stays at 6' },
      { id: 'decision-2', ms: 15_000, kind: 'held', label: '0:15: stays at 6' },
      { id: 'decision-2', ms: 30_000, kind: 'held', label: '0:30: stays at 6' },
    ]);
  });
});
