import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/control-plane/api-error.js';
import { reconcileFailureText } from '../../../src/control-plane/reconcile-failure-text.js';
import { DEPLOYMENTS, LIMIT_RANGES, PODS } from '../../../src/control-plane/resources.js';
import {
  NAMESPACE,
  aDeployment,
  controlPlaneLab,
} from '../../../src/conformance/controllers/control-plane-lab.js';

const CASES = [
  {
    name: 'a write that came second',
    controller: 'disruption',
    error: ApiError.conflict(PODS, 'p', 'late'),
  },
  {
    name: 'a pod over the quota',
    controller: 'job',
    error: ApiError.forbidden(PODS, 'p', { message: 'exceeded quota' }),
  },
] as const;

describe('a failure of a controller', () => {
  it.each(CASES)('is not told when it is usual: $name', ({ controller, error }) => {
    expect(reconcileFailureText({ controller, key: 'a/b', error, failures: 1 })).toBeUndefined();
  });

  it('is told when a controller may not do what is its own work', () => {
    const error = ApiError.forbidden(PODS, 'p', { message: 'no' });

    expect(reconcileFailureText({ controller: 'endpoints', key: 'a/b', error, failures: 1 })).toBe(
      'controller endpoints failed on a/b: ApiError: pods "p" is forbidden: no',
    );
  });

  it('is told when it is a fault of ours', () => {
    const error = new TypeError('oh');

    expect(reconcileFailureText({ controller: 'job', error, failures: 1 })).toBe(
      'controller job failed on an event: TypeError: oh',
    );
  });

  it('is not told of pods that a LimitRange refuses: events say it', () => {
    const lab = controlPlaneLab();
    lab.api.create(LIMIT_RANGES, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small', namespace: NAMESPACE },
      spec: { limits: [{ type: 'Container', max: { cpu: '50m' } }] },
    });

    lab.api.create(DEPLOYMENTS, aDeployment());
    lab.clock.advance(5_000);

    expect(lab.failures.length).toBeGreaterThan(0);
    expect(lab.failures.map(reconcileFailureText)).toEqual(lab.failures.map(() => undefined));
  });
});
