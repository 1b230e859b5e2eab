/** Replays what real controllers of Kubernetes 1.36 did (`test/vectors`) on the virtual clock. */
import { describe, expect, it } from 'vitest';
import { readScenarios } from '../../../support/controller-scenario.js';
import { NOT_YET_PASSING } from '../../../support/not-yet-passing.js';
import { verdict } from '../../../support/scenario-verdict.js';

const VECTORS = new URL('../../../vectors/controllers-v1.36.jsonl.gz', import.meta.url);
const TOPICS = new Set(['deployment', 'replicaset', 'endpoints', 'scheduler', 'gc']);

const scenarios = readScenarios(VECTORS).filter(({ topic }) => TOPICS.has(topic));
const passing = scenarios.filter(({ name }) => !(name in NOT_YET_PASSING));

describe('recorded scenarios', () => {
  it.each(passing.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (_name, scenario) => {
      expect(verdict(scenario)).toEqual([]);
    },
    20_000,
  );

  it.each(Object.entries(NOT_YET_PASSING))('%s does not pass yet: %s', (name) => {
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
