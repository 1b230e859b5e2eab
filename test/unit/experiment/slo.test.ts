import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';

const BEFORE = `name: small
question: Does it parse?
manifests: [m]
underTest: { deployment: app }
load: { stages: [{ name: only, kind: constant, rate: 1/s, duration: 1m }] }
`;

function parsed(slo: string) {
  return parseExperiment(`${BEFORE}slo: ${slo}\n`, {
    fileName: 'x.yaml',
    resolvePath: (path: string) => path,
    measures: [],
  });
}

function faultsOf(slo: string): readonly string[] {
  const result = parsed(slo);
  return result.kind === 'faults' ? result.faults.map(formatFault) : [];
}

describe('the slo of an experiment file', () => {
  it.each([
    ['99%', 0.99],
    ['99.9%', 0.999],
    ['99.95 %', 0.9995],
    ['0.1%', 0.001],
  ])('has %s as a part of 1', (text, objective) => {
    expect(parsed(`{ responseTime: 300ms, objective: ${text} }`)).toMatchObject({
      experiment: { slo: { responseTimeMs: 300, objective } },
    });
  });

  it.each(['100%', '0%', '99', '0.99', '"99,9%"', '-1%', '120%'])('may not promise %s', (text) => {
    expect(faultsOf(`{ responseTime: 300ms, objective: ${text} }`)).toEqual([
      expect.stringMatching(
        /^x\.yaml:6:\d+: slo\.objective: expected a share above 0% and below 100%, such as 99.9%, found/,
      ),
    ]);
  });

  it('tells all its faults at once', () => {
    expect(faultsOf('{ responseTime: 0s, objektive: 99% }')).toEqual([
      expect.stringContaining('slo.objective: expected a share'),
      expect.stringContaining('slo.responseTime: expected a duration above 0'),
      expect.stringContaining('slo.objektive: expected one of the fields responseTime, objective'),
    ]);
  });
});
