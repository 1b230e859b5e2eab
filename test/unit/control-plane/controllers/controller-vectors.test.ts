/** Replays what real controllers of Kubernetes 1.36 did (`test/vectors`) on the virtual clock. */
import { describe, expect, it } from 'vitest';
import { KNOWN_MISSES, NOT_OFFERED } from '../../../../src/conformance/controllers/not-offered.js';
import { parseScenario } from '../../../../src/conformance/controllers/scenario.js';
import { verdict } from '../../../../src/conformance/controllers/verdict.js';
import { readVectors } from '../../../support/vector-file.js';

const TOPICS = new Set(['deployment', 'replicaset', 'endpoints', 'scheduler', 'gc', 'hpa']);

const NOT_YET = { ...NOT_OFFERED, ...KNOWN_MISSES };
const scenarios = readVectors('controllers-v1.36.jsonl.gz', parseScenario).filter(({ topic }) =>
  TOPICS.has(topic),
);
const passing = scenarios.filter(({ name }) => !(name in NOT_YET));

describe('recorded scenarios', () => {
  it.each(passing.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (_name, scenario) => {
      expect(verdict(scenario)).toEqual([]);
    },
    20_000,
  );

  it.each(Object.entries(NOT_YET))('%s does not pass yet: %s', (name) => {
    const scenario = scenarios.find((candidate) => candidate.name === name);

    expect(scenario && isPassing(scenario)).toBe(false);
  });
});

/** A scenario about something that is not offered cannot even be played. */
function isPassing(scenario: (typeof scenarios)[number]): boolean {
  try {
    return verdict(scenario).length === 0;
  } catch {
    return false;
  }
}
