/** Replays what a real API server of Kubernetes 1.36 answered (`test/vectors`). */
import { describe, expect, it } from 'vitest';
import { NOT_OFFERED } from '../../../../src/conformance/api/not-offered.js';
import { VectorPlayer } from '../../../../src/conformance/api/play.js';
import { parseScenario, type Scenario } from '../../../../src/conformance/api/scenario.js';
import { readVectors } from '../../../support/vector-file.js';

const scenarios = readVectors('api-v1.36.jsonl.gz', parseScenario);
const passing = scenarios.filter(({ name }) => !(name in NOT_OFFERED));
const player = new VectorPlayer();

describe('recorded exchanges', () => {
  it.each(passing.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    (_name, scenario) => {
      expect(player.play(scenario)).toBeUndefined();
    },
  );

  it.each(Object.entries(NOT_OFFERED))('%s does not pass yet: %s', (name) => {
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
