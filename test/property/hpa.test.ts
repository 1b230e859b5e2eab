/** Laws that every decision of the HPA obeys. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HpaOutcome } from '../../src/autoscaling/hpa/decision.js';
import { NO_MEMORY } from '../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../src/autoscaling/hpa/reconcile.js';
import type { HpaStep } from '../../src/autoscaling/hpa/steps.js';
import type {
  HorizontalPodAutoscalerSpec,
  ScalingPolicy,
  ScalingRules,
} from '../../src/core/autoscaling-objects.js';
import { anInput, cpuAt, NOW_MS, type PodShape, readyPods } from '../support/hpa-input.js';

type Behavior = HorizontalPodAutoscalerSpec['behavior'];

const policy: fc.Arbitrary<ScalingPolicy> = fc.record({
  type: fc.constantFrom('Pods', 'Percent'),
  value: fc.integer({ min: 1, max: 200 }),
  periodSeconds: fc.integer({ min: 1, max: 300 }),
});

const rules: fc.Arbitrary<ScalingRules> = fc.record(
  {
    stabilizationWindowSeconds: fc.integer({ min: 0, max: 300 }),
    selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
    tolerance: fc.constantFrom('0', '50m', '0.3'),
  },
  { requiredKeys: [] },
);

const behavior: fc.Arbitrary<Behavior> = fc.option(
  fc.record({ scaleUp: rules, scaleDown: rules }, { requiredKeys: [] }),
  { nil: undefined },
);

const pod: fc.Arbitrary<PodShape> = fc
  .record({
    is: fc.constantFrom('ready', 'ready', 'ready', 'starting', 'pending', 'failed', 'terminating'),
    cpu: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
  })
  .map(({ is, cpu }) => (cpu === undefined ? { is } : { is, cpu }));

interface Tick {
  readonly afterSeconds: number;
  /** Millicores that each pod uses. */
  readonly cpu: number;
}

const ticks: fc.Arbitrary<readonly Tick[]> = fc.array(
  fc.record({
    afterSeconds: fc.integer({ min: 1, max: 60 }),
    cpu: fc.integer({ min: 0, max: 300 }),
  }),
  { minLength: 1, maxLength: 40 },
);

interface Synced {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly outcome: HpaOutcome;
}

const BOUNDS = { minReplicas: 2, maxReplicas: 40 };

/** A closed loop without delays: after each sync there are as many ready pods as it asked for. */
function run(
  start: number,
  spec: Partial<HorizontalPodAutoscalerSpec>,
  all: readonly Tick[],
): readonly Synced[] {
  let size = start;
  let memory = NO_MEMORY;
  let atMs = NOW_MS;
  return all.map(({ afterSeconds, cpu }) => {
    atMs += afterSeconds * 1_000;
    const from = size;
    const input = anInput({ spec: { ...BOUNDS, ...spec }, pods: readyPods(from, cpu) });
    const outcome = reconcile(input, memory, atMs);
    memory = outcome.memory;
    size = outcome.scaleTo ?? from;
    return { atMs, from, to: size, outcome };
  });
}

function stepOf<K extends HpaStep['kind']>(
  { outcome }: Synced,
  kind: K,
): Extract<HpaStep, { readonly kind: K }> {
  const step = outcome.decision.steps.find(
    (each): each is Extract<HpaStep, { readonly kind: K }> => each.kind === kind,
  );
  if (step === undefined) throw new Error(`expected a step ${kind}`);
  return step;
}

describe('the size', () => {
  it('stays within min and max once it is there', () => {
    fc.assert(
      fc.property(
        behavior,
        fc.integer({ min: BOUNDS.minReplicas, max: BOUNDS.maxReplicas }),
        ticks,
        (rulesOf, start, all) => {
          for (const { to } of run(
            start,
            rulesOf === undefined ? {} : { behavior: rulesOf },
            all,
          )) {
            expect(to).toBeGreaterThanOrEqual(BOUNDS.minReplicas);
            expect(to).toBeLessThanOrEqual(BOUNDS.maxReplicas);
          }
        },
      ),
    );
  });

  it('comes back into the bounds at once, whatever the metrics say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.array(pod), (replicas, pods) => {
        const { scaleTo } = reconcile(anInput({ spec: BOUNDS, pods, replicas }), NO_MEMORY, NOW_MS);
        if (replicas < BOUNDS.minReplicas) expect(scaleTo).toBe(BOUNDS.minReplicas);
        if (replicas > BOUNDS.maxReplicas) expect(scaleTo).toBe(BOUNDS.maxReplicas);
      }),
    );
  });

  it('does not change inside the tolerance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.9, max: 1.1, noNaN: true }),
        (count, target, ratio) => {
          // whole percents between 90 and 110 of the target; the request is 100m, so percent is millicores
          const percent = Math.trunc(target * ratio);
          fc.pre(percent >= target * 0.9 && percent <= target * 1.1);
          const spec = { ...BOUNDS, metrics: [cpuAt(target)] };
          const input = anInput({ spec, pods: readyPods(count, percent) });

          expect(reconcile(input, NO_MEMORY, NOW_MS).decision.kind).toBe('hold');
        },
      ),
    );
  });
});

describe('a proposal', () => {
  it('is never lower for more use, when there are as many pods as the size says', () => {
    fc.assert(
      fc.property(
        fc.array(pod, { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.integer({ min: 1, max: 400 }),
        (pods, which, more) => {
          const counted = pods.filter(({ is }) => is !== 'failed' && is !== 'terminating').length;
          fc.pre(counted > 0 && pods.some(({ cpu }) => cpu !== undefined));
          const using = pods.flatMap(({ cpu }, index) => (cpu === undefined ? [] : [index]));
          const chosen = using[which % using.length];
          const raised = pods.map((each, index) =>
            index === chosen ? { ...each, cpu: (each.cpu ?? 0) + more } : each,
          );

          const [before, after] = [pods, raised].map((shapes) => {
            const input = anInput({ pods: shapes, replicas: counted });
            return reconcile(input, NO_MEMORY, NOW_MS).decision.steps[0];
          });

          if (before?.kind !== 'metric' || after?.kind !== 'metric') throw new Error('no proposal');
          fc.pre(before.from === 'pods' && after.from === 'pods');
          if (before.from === 'pods' && after.from === 'pods') {
            expect(after.replicas).toBeGreaterThanOrEqual(before.replicas);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('puts every pod in one group', () => {
    fc.assert(
      fc.property(fc.array(pod, { minLength: 1, maxLength: 30 }), (pods) => {
        // without any metric the pods are not looked at
        fc.pre(pods.some(({ cpu }) => cpu !== undefined));
        const step = reconcile(anInput({ pods }), NO_MEMORY, NOW_MS).decision.steps[0];
        const groups = step?.kind === 'metric' && step.from !== 'value' ? step.pods : undefined;
        if (groups === undefined) throw new Error('expected pods in groups');
        const { ready, unready, missing, ignored, readyMilli } = groups;

        const names = [...ready, ...unready, ...missing, ...ignored];

        expect(new Set(names).size).toBe(pods.length);
        expect(names).toHaveLength(pods.length);
        expect(readyMilli).toHaveLength(ready.length);
      }),
    );
  });
});

describe('a stabilization window', () => {
  const windows = fc.record({
    up: fc.integer({ min: 0, max: 300 }),
    down: fc.integer({ min: 0, max: 300 }),
  });

  it('never lets a change pass any recommendation in it', () => {
    fc.assert(
      fc.property(windows, ticks, ({ up, down }, all) => {
        const spec = {
          behavior: {
            scaleUp: { stabilizationWindowSeconds: up },
            scaleDown: { stabilizationWindowSeconds: down },
          },
        };
        const synced = run(10, spec, all);
        const recommended = synced.map((each) => ({
          atMs: each.atMs,
          replicas: stepOf(each, 'highest').replicas ?? Number.NaN,
        }));
        for (const [index, { atMs, from, to }] of synced.entries()) {
          // the size at the very start counts as recommended, too
          const known = [
            { atMs: synced[0]?.atMs ?? 0, replicas: 10 },
            ...recommended.slice(0, index + 1),
          ];
          const within = (seconds: number): number[] =>
            known
              .filter((each) => each.atMs > atMs - seconds * 1_000)
              .map(({ replicas }) => replicas);
          const present = recommended[index]?.replicas ?? Number.NaN;
          if (to > from) expect(to).toBeLessThanOrEqual(Math.min(present, ...within(up)));
          if (to < from) {
            const floor = Math.max(present, ...within(down));
            expect(to).toBeGreaterThanOrEqual(Math.min(floor, BOUNDS.maxReplicas));
          }
        }
      }),
    );
  });

  it('of the older path takes the highest recommendation, held to double or 4 and to the bounds', () => {
    fc.assert(
      fc.property(ticks, (all) => {
        const synced = run(10, {}, all);
        for (const [index, each] of synced.entries()) {
          const known = synced
            .slice(0, index + 1)
            .filter(({ atMs }) => atMs >= each.atMs - 300_000)
            .map((other) => stepOf(other, 'highest').replicas ?? 0);
          const isStart = each.atMs - (synced[0]?.atMs ?? 0) <= 300_000;
          const highest = Math.max(...known, isStart ? 10 : 0);
          const most = Math.min(BOUNDS.maxReplicas, Math.max(2 * each.from, 4));
          expect(each.to).toBe(Math.min(Math.max(highest, BOUNDS.minReplicas), most));
        }
      }),
    );
  });
});

describe('a policy', () => {
  it('never lets the size rise by more than its value in any of its periods', () => {
    fc.assert(
      fc.property(policy, policy, ticks, (up, down, all) => {
        const spec = {
          behavior: {
            scaleUp: { policies: [up] },
            scaleDown: { policies: [down], stabilizationWindowSeconds: 0 },
          },
        };
        const synced = run(10, spec, all);
        const sizeAt = (atMs: number): number =>
          synced.findLast((each) => each.atMs <= atMs)?.to ?? 10;
        for (const { atMs, from, to } of synced) {
          if (to > from) {
            const start = sizeAt(atMs - up.periodSeconds * 1_000);
            const most =
              up.type === 'Pods' ? start + up.value : Math.ceil(start * (1 + up.value / 100));
            expect(to).toBeLessThanOrEqual(most);
          }
          if (to < from) {
            const start = sizeAt(atMs - down.periodSeconds * 1_000);
            const least =
              down.type === 'Pods'
                ? start - down.value
                : Math.trunc(start * (1 - down.value / 100));
            expect(to).toBeGreaterThanOrEqual(least);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that is disabled lets nothing change in its direction', () => {
    fc.assert(
      fc.property(ticks, (all) => {
        const spec = { behavior: { scaleDown: { selectPolicy: 'Disabled' } } } as const;
        for (const { from, to } of run(10, spec, all)) expect(to).toBeGreaterThanOrEqual(from);
      }),
    );
  });
});

describe('a decision', () => {
  it('is the same from the same inputs and memory, which it leaves alone', () => {
    fc.assert(
      fc.property(behavior, ticks, (rulesOf, all) => {
        const synced = run(10, rulesOf === undefined ? {} : { behavior: rulesOf }, all);
        const memory = synced.at(-1)?.outcome.memory ?? NO_MEMORY;
        const input = deepFreeze(anInput({ pods: readyPods(7, 80) }));
        const frozen = deepFreeze(memory);

        expect(reconcile(input, frozen, NOW_MS)).toEqual(reconcile(input, frozen, NOW_MS));
      }),
    );
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(fc.array(pod, { minLength: 1 }), behavior, (pods, rulesOf) => {
        const spec = rulesOf === undefined ? {} : { behavior: rulesOf };
        const { decision } = reconcile(anInput({ spec, pods }), NO_MEMORY, NOW_MS);

        expect(JSON.parse(JSON.stringify(decision))).toEqual(withoutUndefined(decision));
      }),
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, withoutUndefined(each)]),
  );
}
