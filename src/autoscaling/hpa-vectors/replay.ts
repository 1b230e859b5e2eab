/** Replays a scenario and compares every step with what Kubernetes did. */
import type { HorizontalPodAutoscalerStatus } from '../../core/autoscaling-objects.js';
import { defaultHpa } from '../hpa/defaults.js';
import { decide } from '../hpa/decide.js';
import { type HpaMemory, NO_MEMORY } from '../hpa/memory.js';
import { conclude } from '../hpa/reconcile.js';
import { recordScale } from '../hpa/record-scale.js';
import { InputReader } from '../hpa/recorded-input.js';
import { compareOutcome, type Difference } from './compare.js';
import type { Scenario } from './scenario.js';

/**
 * Which outputs carry over to the next step: Kubernetes' recorded ones (`upstream`: one difference does
 * not cause others) or our own (`ours`: as in a running controller).
 */
export type CarriedState = 'upstream' | 'ours';

/** What one step came to. */
export interface StepResult {
  /** Counted from 0. */
  readonly index: number;
  /** Empty when the step agrees. */
  readonly differences: readonly Difference[];
}

/**
 * Replays one scenario.
 *
 * @throws {RangeError} when a quantity in it is none.
 */
export function replayScenario(scenario: Scenario, state: CarriedState): readonly StepResult[] {
  const reader = new InputReader();
  const hpa = defaultHpa(scenario.hpa);
  let status: HorizontalPodAutoscalerStatus | undefined = scenario.hpa.status;
  let memory: HpaMemory = NO_MEMORY;
  return scenario.steps.map(({ nowMs, input: recorded, expect }, index) => {
    const present = status === undefined ? hpa : { ...hpa, status };
    const input = reader.read(present, reader.sync(recorded), scenario.settings);
    const decided = decide(input, memory, nowMs);
    const outcome = conclude(input, decided, { kind: 'accepted' });
    const differences = compareOutcome(expect, outcome);
    if (state === 'ours') {
      memory = outcome.memory;
      status = outcome.status ?? status;
    } else {
      memory = decided.memory;
      status = expect.status ?? status;
      if (expect.scaleTo !== null && input.scale.kind === 'found') {
        const { behavior } = input.spec;
        const change = { fromReplicas: input.scale.specReplicas, toReplicas: expect.scaleTo };
        memory = recordScale(memory, { behavior, ...change }, nowMs);
      }
    }
    return { index, differences };
  });
}
