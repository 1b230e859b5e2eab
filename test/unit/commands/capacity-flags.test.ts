/** The flags of `capacity`: what they come to, and all that is wrong with them at once. */
import { describe, expect, it } from 'vitest';
import { capacityJob, type CapacityFlags } from '../../../src/commands/capacity-flags.js';
import { LabError } from '../../../src/core/errors.js';
import { parseExperiment } from '../../../src/experiment/parse.js';

function experiment(slo = '') {
  const parsed = parseExperiment(
    `name: e\nquestion: How much?\nmanifests: [m]\nunderTest: { deployment: app }\n${slo}load: { stages: [{ name: a, kind: constant, rate: 5, duration: 5s }] }\n`,
    { fileName: 'x.yaml', resolvePath: (path) => path, measures: [] },
  );
  if (parsed.kind === 'faults') throw new Error('expected an experiment');
  return parsed.experiment;
}

const WITH_SLO = experiment('slo: { responseTime: 200ms, objective: 99.9% }\n');

function faultsOf(flags: CapacityFlags, of = WITH_SLO): readonly string[] {
  try {
    capacityJob(flags, of);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'USAGE') throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('the flags of capacity', () => {
  it('need not be given where the experiment has an SLO', () => {
    expect(capacityJob({}, WITH_SLO)).toMatchObject({
      replicas: [1],
      slo: { responseTimeMs: 200, objective: 0.999 },
      settings: { stepMs: 10_000, warmUpMs: 2_000, confirmations: 3, resolution: 0.05 },
    });
  });

  it('count instead of what the experiment says', () => {
    const flags = {
      pods: '3,1,3',
      step: '5s',
      warmUp: '0',
      confirmations: '1',
      resolution: '10%',
      maxTries: '4',
      sloResponseTime: '1s',
    };

    expect(capacityJob(flags, WITH_SLO)).toMatchObject({
      replicas: [1, 3],
      slo: { responseTimeMs: 1_000, objective: 0.999 },
      settings: { stepMs: 5_000, warmUpMs: 0, confirmations: 1, resolution: 0.1, maxTrials: 4 },
    });
  });

  it.each<{ name: string; flags: CapacityFlags; faults: readonly unknown[] }>([
    {
      name: 'all of them at once',
      flags: { pods: '1,0', step: '1500ms', confirmations: '0', sloObjective: '100%' },
      faults: [
        '--pods: expected numbers of pods from 1 to 100, such as 1,2,3, found "1,0"',
        '--step: expected a duration of whole seconds, such as 10s, found "1500ms"',
        '--confirmations: expected a whole number from 1 to 20, found "0"',
        expect.stringMatching(/^--slo-objective: expected a share above 0% and below 100%/),
      ],
    },
    {
      name: 'a list of pods that is none',
      flags: { pods: 'two' },
      faults: ['--pods: expected numbers of pods from 1 to 100, such as 1,2,3, found "two"'],
    },
    { name: 'as many pods as no node takes', flags: { pods: '500' }, faults: [expect.anything()] },
  ])('are refused: $name', ({ flags, faults }) => {
    expect(faultsOf(flags)).toEqual(faults);
  });

  it.each([
    {
      name: 'of another flag',
      flags: { pods: 'abc' },
      of: WITH_SLO,
      hint: /^npm run capacity -- /,
    },
    {
      name: 'of an SLO that is missing',
      flags: {},
      of: experiment(),
      hint: /^give the experiment/,
    },
    {
      name: 'of both',
      flags: { step: '1ms' },
      of: experiment(),
      hint: /^give the experiment/,
    },
  ])('are refused with a hint for the fault $name', ({ flags, of, hint }) => {
    expect(() => capacityJob(flags, of)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringMatching(hint) }),
    );
  });

  it('must name an SLO where the experiment has none', () => {
    expect(faultsOf({}, experiment())).toEqual([
      '--slo-response-time: expected one, as the experiment has no `slo`, found nothing',
      '--slo-objective: expected one, as the experiment has no `slo`, found nothing',
    ]);
  });
});
