import { expect, it } from 'vitest';
import { DEPLOYMENTS, EVENTS } from '../../../../src/control-plane/resources.js';
import {
  NAMESPACE,
  aDeployment,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';

it('events go an hour after they were last written', () => {
  const lab = controlPlaneLab();
  const count = (): number => lab.api.list(EVENTS, { namespace: NAMESPACE }).items.length;
  lab.api.create(DEPLOYMENTS, aDeployment());
  lab.clock.advance(3_000);
  expect(count()).toBe(7);

  lab.clock.advance(3_590_000);
  expect(count()).toBe(7);
  lab.clock.advance(10_000);

  expect(count()).toBe(0);
});
