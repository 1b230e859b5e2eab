/** Replays what a real API server of Kubernetes 1.36 answered (`test/vectors`). */
import { describe, expect, it } from 'vitest';
import { NOT_YET_PASSING } from '../../../support/api-vectors/not-yet-passing.js';
import { VectorPlayer } from '../../../support/api-vectors/replay.js';
import { readScenarios } from '../../../support/api-vectors/vectors.js';
import type { Scenario } from '../../../support/api-vectors/vectors.js';

const scenarios = readScenarios(new URL('../../../vectors/api-v1.36.jsonl.gz', import.meta.url));
const passing = scenarios.filter(({ name }) => !(name in NOT_YET_PASSING));
const player = new VectorPlayer();

describe('recorded exchanges', () => {
  it.each(passing.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (_name, scenario) => {
      expect(player.play(scenario)).toBeUndefined();
    },
  );

  it.each(Object.entries(NOT_YET_PASSING))('%s does not pass yet: %s', (name) => {
    const scenario = scenarios.find((candidate) => candidate.name === name);

    expect(scenario && isPassing(scenario)).toBe(false);
  });
});

/** A scenario about something that is not offered may not even be playable. */
function isPassing(scenario: Scenario): boolean {
  try {
    return player.play(scenario) === undefined;
  } catch {
    return false;
  }
}
