import { describe, expect, it } from 'vitest';
import type { HpaOutcome } from '../../../src/autoscaling/hpa/decision.js';
import { explainDecision } from '../../../src/autoscaling/hpa/explain.js';
import type { HpaInput } from '../../../src/autoscaling/hpa/input.js';
import { type HpaMemory, NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { nextReplicas } from '../../../src/autoscaling/hpa/next-replica.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import { anInput, cpuAt, NOW_MS, readyPods } from '../../support/hpa-input.js';

const BOUNDS = { minReplicas: 3, maxReplicas: 10, metrics: [cpuAt(60)] };

function decided(input: HpaInput, memory: HpaMemory = NO_MEMORY, atMs = NOW_MS): HpaOutcome {
  return reconcile(input, memory, atMs);
}

describe('a decision in words', () => {
  it('tells of every step of a change, and of both neighbors of the new size', () => {
    const spec = { ...BOUNDS, behavior: {} };
    const { decision } = decided(anInput({ spec, pods: readyPods(3, 138) }));

    expect(explainDecision(decision, { startMs: NOW_MS - 75_000 })).toEqual([
      '01:15  3 to 7 replicas (cpu resource utilization (percentage of request) above target)',
      '  cpu resource utilization (percentage of request), target 60 % of the requests: proposes 7',
      '    3 ready: web-0000 138m, web-0001 138m, web-0002 138m',
      '    414m used by 3 pods of 300m requested is 138 %, 2.3 of the target',
      '    outside the tolerance, 0.9 to 1.1: 2.3 x 3 pods, rounded up, is 7',
      '  metrics: 7, the highest proposal',
      '  stabilization: 7 (ReadyForNewScale); no window for the way up, highest of the last 300 s for the way down 7 (now)',
      '  policies: 7 is as far as they let it go now (4 pods in 15 s from 3: 7; 100 % in 15 s from 3: 6, the Max change of them counts)',
      '  bounds: 7 (DesiredWithinRange), within 3 to 10',
      '  for 8: cpu resource utilization (percentage of request) at least 423m (it was 414m) over 3 ready pods, 141m each, 141 % of their requests; besides, the rate would have had to allow more than a change to 7',
      '  for 6: cpu resource utilization (percentage of request) at most 362m (it was 414m) over 3 ready pods, 121m each, 120 % of their requests',
    ]);
  });

  it('tells what pods without a usable metric were counted as', () => {
    // as on a real cluster: 3 measured pods at 152 % among 6 gave 8
    const pods = [
      ...readyPods(3, 152),
      {},
      {},
      { is: 'starting' as const, cpu: 30 },
      { is: 'terminating' as const, cpu: 3 },
    ];
    const { decision } = decided(anInput({ spec: BOUNDS, pods, replicas: 6 }));

    expect(explainDecision(decision)).toEqual(
      expect.arrayContaining([
        '    2 without a metric, counted as using nothing: web-0003, web-0004',
        '    1 unready, counted as using nothing: web-0005',
        '    1 terminating or failed, ignored: web-0006',
        '    456m used by 3 pods of 300m requested is 152 %, 2.533 of the target',
        '    with those counted in 456m used by 6 pods of 600m requested is 76 %, 1.267 of the target',
        '    outside the tolerance, 0.9 to 1.1: 1.267 x 6 pods, rounded up, is 8',
      ]),
    );
  });

  it('tells which recommendation holds the size, and until when', () => {
    const spec = { ...BOUNDS, behavior: {} };
    const { memory } = decided(anInput({ spec, pods: readyPods(6, 61) }));
    const { decision } = decided(
      anInput({ spec, pods: readyPods(6, 20) }),
      memory,
      NOW_MS + 15_000,
    );

    const lines = explainDecision(decision);

    expect(lines[0]).toBe('07:00:15  stays at 6 replicas');
    expect(lines).toContain(
      '  stabilization: 6 (ScaleDownStabilized); no window for the way up, highest of the last 300 s for the way down 6 (at 07:00:00)',
    );
    expect(lines.at(-1)).toBe(
      '  for 5: the recommendation of 6 from 07:00:00 would have had to be over, which it is at 07:05:00',
    );
  });

  it.each([
    {
      name: 'a failed metric beside one that works',
      input: anInput({
        spec: {
          ...BOUNDS,
          metrics: [
            cpuAt(60),
            {
              type: 'External',
              external: { metric: { name: 'q' }, target: { type: 'Value', value: '10' } },
            },
          ],
        },
        pods: readyPods(6, 61),
        readings: [
          { kind: 'failed', message: 'no answer' },
          { kind: 'external', values: [25_000] },
        ],
      }),
      line: '  metrics: 15, the highest proposal, of external metric q(nil); 1 of 2 metrics failed',
    },
    {
      name: 'a metric that fails alone',
      input: anInput({
        spec: BOUNDS,
        pods: readyPods(6, 61),
        readings: [{ kind: 'pods', items: [] }],
      }),
      line: '  metrics: no size can be had; 1 of 1 metric failed',
    },
    {
      name: 'the maximum',
      input: anInput({ spec: BOUNDS, pods: readyPods(8, 200) }),
      line: '  for 11: maxReplicas would have had to be other than 10',
    },
    {
      name: 'a size above the maximum',
      input: anInput({ spec: BOUNDS, pods: readyPods(12, 60) }),
      line: '  bounds: 10; the size was above maxReplicas, metrics were not looked at',
    },
    {
      name: 'a target that was set to 0',
      input: anInput({ spec: BOUNDS, pods: [], replicas: 0 }),
      line: '  bounds: 0; the target was set to 0 by hand, which switches its scaling off',
    },
    {
      name: 'a disabled direction',
      input: anInput({
        spec: { ...BOUNDS, behavior: { scaleUp: { selectPolicy: 'Disabled' } } },
        pods: readyPods(6, 90),
      }),
      line: '  policies: this direction is disabled, the size stays at 6',
    },
    {
      name: 'a target average of an object',
      input: anInput({
        spec: {
          ...BOUNDS,
          metrics: [
            {
              type: 'Object',
              object: {
                describedObject: { kind: 'Ingress', name: 'web' },
                metric: { name: 'rps' },
                target: { type: 'AverageValue', averageValue: '10' },
              },
            },
          ],
        },
        pods: readyPods(4, 60),
        readings: [{ kind: 'object', milli: 61_000 }],
      }),
      line: '    outside the tolerance, 0.9 to 1.1: 61 shared by the target, rounded up, is 7',
    },
  ])('tells of $name', ({ input, line }) => {
    expect(explainDecision(decided(input).decision)).toContain(line);
  });

  it('tells why nothing could be decided', () => {
    const input: HpaInput = {
      ...anInput({ spec: BOUNDS }),
      scale: { kind: 'failed', at: 'query', message: 'deployments.apps "web" not found' },
    };

    expect(explainDecision(decided(input).decision)).toEqual([
      '07:00:00  cannot decide: nothing is done',
      '  error: failed to query scale subresource for Deployment/lab/web: deployments.apps "web" not found',
    ]);
  });
});

describe('what would have had to differ', () => {
  it.each([
    { name: 'well above the target', count: 3, cpu: 138 },
    { name: 'within the tolerance', count: 6, cpu: 61 },
    { name: 'below the target', count: 8, cpu: 40 },
    { name: 'among many pods', count: 97, cpu: 63 },
  ])('is the edge itself, $name', ({ count, cpu }) => {
    const spec = { minReplicas: 1, maxReplicas: 1_000, metrics: [cpuAt(60)] };
    const behavior = { scaleDown: { stabilizationWindowSeconds: 0 } };
    const at = (totalMilli: number): number => {
      // the same pods, the total spread over them to the millicore
      const base = Math.floor(totalMilli / count);
      const pods = Array.from({ length: count }, (_, index) => ({
        cpu: base + (index < totalMilli - base * count ? 1 : 0),
      }));
      const [step] = decided(anInput({ spec: { ...spec, behavior }, pods })).decision.steps;
      return step?.kind === 'metric' && step.from === 'pods' ? step.replicas : Number.NaN;
    };
    const { decision } = decided(
      anInput({ spec: { ...spec, behavior }, pods: readyPods(count, cpu) }),
    );

    const next = nextReplicas(decision);

    const more = next?.more.needs.find((need) => need.kind === 'usage');
    const fewer = next?.fewer?.needs.find((need) => need.kind === 'usage');
    if (more?.kind !== 'usage' || fewer?.kind !== 'usage') throw new Error('expected uses');
    expect(at(more.neededMilli)).toBeGreaterThanOrEqual(next?.more.replicas ?? Number.NaN);
    expect(at(more.neededMilli - 1)).toBeLessThan(next?.more.replicas ?? Number.NaN);
    expect(at(fewer.neededMilli)).toBeLessThanOrEqual(next?.fewer?.replicas ?? Number.NaN);
    expect(at(fewer.neededMilli + 1)).toBeGreaterThan(next?.fewer?.replicas ?? Number.NaN);
  });

  it('says so when no use would do it: missing pods alone keep the size', () => {
    // on the way down four pods without a metric count as using all they request
    const spec = { minReplicas: 1, maxReplicas: 10, metrics: [cpuAt(60)] };
    const { decision } = decided(anInput({ spec, pods: [{ cpu: 10 }, {}, {}, {}, {}] }));

    expect(nextReplicas(decision)?.fewer?.needs).toContainEqual(
      expect.objectContaining({ kind: 'no-usage' }),
    );
  });
});
