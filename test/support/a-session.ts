/** Sessions of a load for tests, with all that a test does not care about filled in. */
import type { SessionSpec, StepSpec } from '../../src/load/request-spec.js';

/** `GET /` without any check, unless `of` says otherwise. */
export function aStep(name: string, of: Partial<Omit<StepSpec, 'name'>> = {}): StepSpec {
  const request = { method: 'GET', path: '/', headers: {} };
  return { name, request, checks: [], extract: {}, ...of };
}

/** A session of weight 1 without values of its own, unless `of` says otherwise. */
export function aSession(
  name: string,
  steps: readonly StepSpec[],
  of: Partial<Pick<SessionSpec, 'weight' | 'values'>> = {},
): SessionSpec {
  return { name, weight: 1, values: {}, steps, ...of };
}
