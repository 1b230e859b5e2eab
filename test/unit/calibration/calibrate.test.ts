/** A model that is known is found again in runs that were simulated with it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { fitModel } from '../../../src/calibration/fit-model.js';
import { runErrors } from '../../../src/calibration/run-errors.js';
import { valueOf } from '../../../src/analysis/measure.js';
import { meanOf } from '../../../src/core/scatter.js';
import type { ServiceModel } from '../../../src/core/service-model.js';
import { calibrate } from '../../../src/run/calibrate.js';
import { simulateAgain } from '../../../src/run/check-model.js';
import type { Timeline } from '../../../src/timeline/record.js';
import {
  realExperiment,
  realExperimentRun,
  withExperiment,
} from '../../support/real-experiment.js';

const KNOWN: ServiceModel = {
  processStartMs: { kind: 'constant', value: 40 },
  bootCpuMs: { kind: 'constant', value: 180 },
  request: {
    cpu: { kind: 'drawn', cpuMs: { kind: 'uniform', low: 10, high: 18 } },
    waitMs: { kind: 'constant', value: 0 },
  },
  probeCpuMs: 0.7,
  idleMillicores: 4,
  memoryBytes: 48 * 1024 ** 2,
  threadCpus: 0.8,
  networkMs: { kind: 'uniform', low: 0.3, high: 0.9 },
};

let slow: Timeline;
let known: Timeline;

beforeAll(async () => {
  known = await shortRun(KNOWN, 1);
  slow = await shortRun(
    { ...KNOWN, request: { ...KNOWN.request, waitMs: { kind: 'constant', value: 80 } } },
    2,
  );
}, 120_000);

describe('calibration', { timeout: 120_000 }, () => {
  it('finds CPU, speed, boot, idle use and memory of the service', () => {
    const { model, parameters } = fitModel([known]);
    const { cpu, waitMs } = model.request;
    expect(cpu.kind === 'drawn' ? meanOf(cpu.cpuMs) : 0).toBeCloseTo(14, 0);
    expect(model.threadCpus).toBeGreaterThan(0.72);
    expect(model.threadCpus).toBeLessThan(0.88);
    expect(meanOf(waitMs)).toBe(0);
    expect(meanOf(model.bootCpuMs)).toBeGreaterThan(170);
    expect(meanOf(model.bootCpuMs)).toBeLessThan(220);
    expect(Math.abs(model.idleMillicores - 4)).toBeLessThan(0.5);
    expect(model.memoryBytes).toBe(KNOWN.memoryBytes);
    expect(
      parameters.filter(({ source }) => source === 'textbook').map(({ name }) => name),
    ).toEqual(expect.arrayContaining(['probeCpuMs', 'networkMs']));
  });

  it('tells waiting from work', () => {
    const { model } = fitModel([slow]);
    expect(meanOf(model.request.waitMs)).toBeGreaterThan(75);
    expect(meanOf(model.request.waitMs)).toBeLessThan(90);
  });

  it('has no errors against itself, and has them against another service', () => {
    expect(runErrors(known, known)).toMatchObject({
      replicasMean: { value: 0 },
      p50: { value: 0 },
      cost: { value: 0 },
    });
    expect(valueOf(runErrors(known, slow).p50)).toBeGreaterThan(2);
  });

  it('is not checked with one run, and each by the other with two', async () => {
    const options = { checkRuns: [], seeds: 1, labVersion: '0', madeAt: '2026-11-23T00:00:00Z' };
    const one = { folder: 'one', timeline: known };
    const alone = await calibrate({ ...options, runs: [one] });
    expect(alone.check).toEqual({
      kind: 'not-checked',
      because: 'there was only one run, and no other to check on',
    });
    const again = { folder: 'again', timeline: await shortRun(KNOWN, 3) };
    const { check } = await calibrate({ ...options, runs: [one, again] });
    if (check.kind !== 'checked') throw new Error('expected a check');
    expect(check.how).toBe('leave-one-out');
    expect(check.runs.map(({ run }) => run.folder)).toEqual(['one', 'again']);
    expect(Math.abs(valueOf(check.errors.p50) ?? 1)).toBeLessThan(0.15);
    expect(Math.abs(valueOf(check.errors.cost) ?? 1)).toBeLessThan(0.15);
  });
});

/** A minute and a half: quiet, busy, quiet. */
async function shortRun(model: ServiceModel, seed: number): Promise<Timeline> {
  const real = realExperimentRun('D-nominal-scaleup');
  const experiment = realExperiment(real);
  const of = withExperiment(real, {
    ...experiment,
    settleMs: 10_000,
    coolDownMs: 20_000,
    load: {
      ...experiment.load,
      load: {
        model: 'open',
        spacing: 'poisson',
        profile: {
          stages: [
            { kind: 'constant', name: 'quiet', durationMs: 30_000, ratePerSecond: 10 },
            { kind: 'constant', name: 'busy', durationMs: 50_000, ratePerSecond: 60 },
          ],
        },
      },
    },
  });
  return simulateAgain(of, { model }, { seed, phase: 0 });
}
