/** Decisions as records: every decision of every recorded scenario must come back from a file. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/autoscaling/hpa/decide.js';
import {
  isRecordedDecision,
  recordedDecisionFault,
} from '../../../src/autoscaling/hpa/decision-schema.js';
import { defaultHpa } from '../../../src/autoscaling/hpa/defaults.js';
import { explainDecision } from '../../../src/autoscaling/hpa/explain.js';
import { NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import { InputReader } from '../../../src/autoscaling/hpa/recorded-input.js';
import { parseScenario } from '../../../src/autoscaling/hpa-vectors/scenario.js';
import { anInput, readyPods } from '../../support/hpa-input.js';

const SCENARIOS = ['hpa-v1.36', 'hpa-v1.36-scale-to-zero'].flatMap((name) =>
  gunzipSync(readFileSync(new URL(`../../vectors/${name}.jsonl.gz`, import.meta.url)))
    .toString('utf8')
    .trim()
    .split('\n')
    // each twelfth scenario: all kinds of metrics and behavior are among them
    .filter((_, index) => index % 12 === 0)
    .map(parseScenario),
);

describe('a decision on record', () => {
  it('comes back from JSON, is known for what it is, and is explained in the same words', () => {
    let decisions = 0;
    for (const { hpa, steps, settings, name } of SCENARIOS) {
      const reader = new InputReader();
      const complete = defaultHpa(hpa);
      let memory = NO_MEMORY;
      for (const [index, { input: recorded, nowMs }] of steps.entries()) {
        const sync = reader.sync(recorded);
        const outcome = reconcile(reader.read(complete, sync, settings), memory, nowMs);
        memory = outcome.memory;
        const { decision } = outcome;

        const read: unknown = JSON.parse(JSON.stringify({ decision, sync }));

        const at = `${name} step ${index}`;
        expect(`${at}: ${recordedDecisionFault(read)}`).toBe(`${at}: undefined`);
        if (!isRecordedDecision(read)) throw new Error('unreachable');
        expect(explainDecision(read.decision)).toEqual(explainDecision(decision));
        decisions++;
      }
    }

    expect(decisions).toBeGreaterThan(700);
  });

  it('of an older shape is told by the first thing it lacks', () => {
    const input = anInput({ pods: readyPods(3, 60) });
    const { decision } = decide(input, NO_MEMORY, 0).verdict;
    const { scale, pods } = input;
    const resources = { kind: 'pods', items: [] };
    const steps = decision.steps.map((step) => ({ ...step, replicas: 'three' }));

    expect(recordedDecisionFault({ decision })).toMatch(/^sync: /);
    expect(recordedDecisionFault(decision)).toMatch(/^decision: /);
    expect(
      recordedDecisionFault({
        decision: { ...decision, steps },
        sync: { scale, pods, resources },
      }),
    ).toMatch(/^decision\.steps\.0/);
    expect(recordedDecisionFault(undefined)).toBeDefined();
  });
});
