import { describe, expect, it } from 'vitest';
import { evict } from '../../../../src/conformance/controllers/node-actions.js';
import {
  aDeployment,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import {
  DEPLOYMENTS,
  EVENTS,
  JOBS,
  PODS,
  POD_DISRUPTION_BUDGETS,
} from '../../../../src/control-plane/resources.js';
import type { PodDisruptionBudget } from '../../../../src/core/disruption-objects.js';
import { aJob } from '../../../support/job-objects.js';

function aBudget(spec: Partial<PodDisruptionBudget['spec']>): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'p', namespace: 'lab' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  };
}

function statusOf({ api }: ControlPlaneLab): PodDisruptionBudget['status'] {
  return api.get(POD_DISRUPTION_BUDGETS, { namespace: 'lab', name: 'p' })?.status;
}

function labOf(replicas: number, spec: Partial<PodDisruptionBudget['spec']>): ControlPlaneLab {
  const lab = controlPlaneLab();
  lab.api.create(DEPLOYMENTS, aDeployment({ replicas }));
  lab.api.create(POD_DISRUPTION_BUDGETS, aBudget(spec));
  lab.clock.advance(5_000);
  return lab;
}

function messagesOf({ api }: ControlPlaneLab, reason: string): readonly string[] {
  return api
    .list(EVENTS)
    .items.filter((event) => event.reason === reason)
    .map(({ message = '' }) => message);
}

describe('what a budget allows', () => {
  it.each([
    { name: 'a count that must stay', spec: { minAvailable: 2 }, allowed: 3, desired: 2 },
    {
      name: 'a share that must stay, rounded up',
      spec: { minAvailable: '50%' },
      allowed: 2,
      desired: 3,
    },
    { name: 'a count that may be missing', spec: { maxUnavailable: 1 }, allowed: 1, desired: 4 },
    {
      name: 'a share that may be missing, rounded up',
      spec: { maxUnavailable: '30%' },
      allowed: 2,
      desired: 3,
    },
    { name: 'more than there is', spec: { minAvailable: 9 }, allowed: 0, desired: 9 },
    { name: 'nothing asked for', spec: {}, allowed: 0, desired: 0 },
  ])('follows $name', ({ spec, allowed, desired }) => {
    const lab = labOf(5, spec);

    expect(statusOf(lab)).toMatchObject({
      disruptionsAllowed: allowed,
      desiredHealthy: desired,
      currentHealthy: 5,
    });
  });

  it('is nothing for a selector that selects no pods, and says so', () => {
    const lab = labOf(2, { selector: { matchLabels: { app: 'other' } }, minAvailable: 0 });

    expect(statusOf(lab)).toMatchObject({ disruptionsAllowed: 0, expectedPods: 0 });
    expect(messagesOf(lab, 'NoPods')).toContain('No matching pods found');
  });

  it('is nothing for pods whose controller has no scale', () => {
    const lab = controlPlaneLab();
    const job = aJob({ parallelism: 2, completions: 2 });
    const labels = { app: 'web' };
    const template = { ...job.spec.template, metadata: { labels } };
    lab.api.create(JOBS, { ...job, spec: { ...job.spec, template } });
    lab.api.create(POD_DISRUPTION_BUDGETS, aBudget({ maxUnavailable: 1 }));

    lab.clock.advance(5_000);

    expect(statusOf(lab)).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [
        {
          reason: 'SyncFailed',
          message: 'jobs.batch does not implement the scale subresource',
        },
      ],
    });
  });

  it('cannot be right for pods without a controller, and says so', () => {
    const lab = controlPlaneLab();
    lab.api.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'lab', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'app:1' }] },
    });
    lab.api.create(POD_DISRUPTION_BUDGETS, aBudget({ maxUnavailable: 1 }));

    lab.clock.advance(5_000);

    expect(messagesOf(lab, 'UnmanagedPods')[0]).toContain(
      '(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},})',
    );
  });
});

describe('an eviction', () => {
  it('is not granted twice before the first pod is replaced', () => {
    const lab = labOf(3, { minAvailable: 2 });
    const [first, second] = lab.pods().map(({ metadata }) => metadata.name);

    evict(lab, first ?? '');

    expect(() => evict(lab, second ?? '')).toThrow("violate the pod's disruption budget");
    lab.clock.advance(5_000);
    expect(statusOf(lab)).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3 });
  });

  it('that was granted and did not happen is forgotten after two minutes', () => {
    const lab = labOf(3, { minAvailable: 2 });
    const [pod] = lab.pods();
    const name = pod?.metadata.name ?? '';
    const stored = lab.api.get(POD_DISRUPTION_BUDGETS, { namespace: 'lab', name: 'p' });
    if (stored?.status === undefined) throw new Error('expected a status');
    const disruptedPods = { [name]: new Date(lab.clock.now()).toISOString() };
    const status = { ...stored.status, disruptedPods, disruptionsAllowed: 0 };
    lab.api.update(POD_DISRUPTION_BUDGETS, { ...stored, status }, { subresource: 'status' });
    lab.clock.advance(60_000);
    expect(statusOf(lab)).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });

    lab.clock.advance(62_000);

    expect(statusOf(lab)).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1 });
    expect(messagesOf(lab, 'NotDeleted')).toHaveLength(1);
  });
});

describe('a pod that was to be disrupted and goes on', () => {
  it('is said to be no longer, after two minutes', () => {
    const lab = labOf(1, { minAvailable: 1 });
    const [pod] = lab.pods();
    if (pod === undefined) throw new Error('expected a pod');
    const target = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      lastTransitionTime: new Date(lab.clock.now()).toISOString(),
    };
    const conditions = [...(pod.status?.conditions ?? []), target];
    lab.api.update(
      PODS,
      { ...pod, status: { ...pod.status, conditions } },
      { subresource: 'status' },
    );

    lab.clock.advance(125_000);

    const found = lab.pods()[0]?.status?.conditions?.find(({ type }) => type === target.type);
    expect(found?.status).toBe('False');
  });
});
