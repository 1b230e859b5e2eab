import { describe, expect, it } from 'vitest';
import { controlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { KubeletRule } from '../../../../src/conformance/controllers/fake-kubelet.js';
import { JOBS, PODS } from '../../../../src/control-plane/resources.js';
import type { Job, JobSpec } from '../../../../src/core/batch-objects.js';
import { aJob } from '../../../support/job-objects.js';

const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const KEY = { namespace: 'lab', name: 'j' };
const FAST = { startMs: 100, readyMs: 100 };
const SUCCEEDS: KubeletRule = { ...FAST, exit: { afterMs: 500, code: 0 } };
const FAILS: KubeletRule = { ...FAST, exit: { afterMs: 500, code: 1 } };
const LASTS: KubeletRule = { ...FAST, graceMs: 200 };

function startJob(spec: Partial<JobSpec>, ...rules: readonly KubeletRule[]): ControlPlaneLab {
  const lab = controlPlaneLab({ rules });
  lab.api.create(JOBS, aJob(spec));
  return lab;
}

function jobOf({ api }: ControlPlaneLab): Job | undefined {
  return api.get(JOBS, KEY);
}

function statusOf(lab: ControlPlaneLab): NonNullable<Job['status']> {
  return jobOf(lab)?.status ?? {};
}

function conditionsOf(lab: ControlPlaneLab): readonly string[] {
  return (statusOf(lab).conditions ?? []).map(
    ({ type, status, reason }) => `${type} ${status} ${reason}`,
  );
}

/** Changes the Job's spec. */
function change(lab: ControlPlaneLab, spec: Partial<JobSpec>): void {
  const job = jobOf(lab);
  if (job === undefined) throw new Error('expected the Job to be there');
  lab.api.update(JOBS, { ...job, spec: { ...job.spec, ...spec } });
}

describe('a Job', () => {
  it('without completions is done when one pod succeeded and the others ended', () => {
    const lab = startJob({ parallelism: 2 }, SUCCEEDS);

    lab.clock.advance(5_000);

    expect(conditionsOf(lab)).toContain('Complete True CompletionsReached');
    expect(statusOf(lab).succeeded).toBe(2);
  });

  it('runs no more pods than are left to complete', () => {
    const lab = startJob({ completions: 3, parallelism: 10 }, LASTS);

    lab.clock.advance(2_000);

    expect(lab.pods()).toHaveLength(3);
    expect(statusOf(lab)).toMatchObject({ active: 3, ready: 3 });
  });

  it('takes pods away when its parallelism is lowered, those first that are not ready', () => {
    const slow: KubeletRule = { match: { pods: ['never'] }, readyMs: null };
    const lab = startJob({ completions: 5, parallelism: 3 }, LASTS, slow);
    lab.clock.advance(2_000);

    change(lab, { parallelism: 1 });
    lab.clock.advance(3_000);

    expect(lab.pods()).toHaveLength(1);
    expect(statusOf(lab)).toMatchObject({ active: 1, terminating: 0 });
    // pods that were taken away did not fail
    expect(statusOf(lab).failed).toBeUndefined();
  });

  it('leaves nothing behind when it is deleted in the background', () => {
    const lab = startJob({ completions: 2, parallelism: 2 }, LASTS);
    lab.clock.advance(2_000);

    lab.api.delete(JOBS, KEY, { propagationPolicy: 'Background' });
    lab.clock.advance(5_000);

    expect(lab.pods()).toEqual([]);
  });

  it('leaves its pods, untracked, when it is deleted and they are orphaned', () => {
    const lab = startJob({ completions: 2, parallelism: 2 }, LASTS);
    lab.clock.advance(2_000);

    lab.api.delete(JOBS, KEY);
    lab.clock.advance(5_000);

    expect(jobOf(lab)).toBeUndefined();
    expect(lab.pods().map(({ metadata }) => metadata.finalizers ?? [])).toEqual([[], []]);
  });

  it('is left alone when it names another manager', () => {
    const lab = startJob({ managedBy: 'example.com/queue' }, SUCCEEDS);

    lab.clock.advance(5_000);

    expect(lab.pods()).toEqual([]);
    expect(statusOf(lab)).toEqual({});
  });
});

describe('a suspended Job', () => {
  it('has no pods and no start, and starts anew when it is resumed', () => {
    const lab = startJob({ suspend: true, activeDeadlineSeconds: 60 }, LASTS);
    lab.clock.advance(100_000);
    expect(lab.pods()).toEqual([]);
    expect(statusOf(lab).startTime).toBeUndefined();
    expect(conditionsOf(lab)).toEqual(['Suspended True JobSuspended']);

    change(lab, { suspend: false });
    lab.clock.advance(2_000);

    expect(statusOf(lab)).toMatchObject({ active: 1 });
    expect(conditionsOf(lab)).toEqual(['Suspended False JobResumed']);
    lab.clock.advance(60_000);
    expect(conditionsOf(lab)).toContain('Failed True DeadlineExceeded');
  });

  it('that ran loses its pods, which do not count as failed', () => {
    const lab = startJob({ completions: 2, parallelism: 2 }, LASTS);
    lab.clock.advance(2_000);

    change(lab, { suspend: true });
    lab.clock.advance(3_000);

    expect(lab.pods()).toEqual([]);
    const { active, failed, startTime } = statusOf(lab);
    expect([active, failed, startTime]).toEqual([undefined, undefined, undefined]);
  });
});

describe('failures', () => {
  it('are made up for after 10 s, 20 s and 40 s', () => {
    const lab = startJob({ backoffLimit: 6 }, FAILS);
    const madeAt: number[] = [];
    const begin = lab.clock.now();
    lab.api.watch(PODS, ({ type }) => {
      if (type === 'ADDED') madeAt.push(Math.round((lab.clock.now() - begin) / 1_000));
    });

    lab.clock.advance(90_000);

    expect(madeAt).toEqual([0, 10, 30, 70]);
  });

  it.each([
    { name: 'none is forgiven with 0', backoffLimit: 0, failed: 1 },
    { name: 'one more than the limit ends it', backoffLimit: 2, failed: 3 },
  ])('up to backoffLimit: $name', ({ backoffLimit, failed }) => {
    const lab = startJob({ backoffLimit }, FAILS);

    lab.clock.advance(120_000);

    expect(statusOf(lab).failed).toBe(failed);
    expect(conditionsOf(lab)).toEqual([
      'FailureTarget True BackoffLimitExceeded',
      'Failed True BackoffLimitExceeded',
    ]);
  });

  it('of a pod whose container restarts in place count by its restarts', () => {
    const lab = startJob({ backoffLimit: 2, template: aJob({}, 'OnFailure').spec.template }, FAILS);

    lab.clock.advance(20_000);

    expect(conditionsOf(lab)).toContain('Failed True BackoffLimitExceeded');
    expect(lab.pods()).toEqual([]);
  });

  it('that a policy ignores do not count', () => {
    const rules = [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [1] } }];
    const first: KubeletRule = { ...FAST, exit: { afterMs: 500, code: 1, times: 1 } };
    const lab = startJob({ backoffLimit: 0, podFailurePolicy: { rules } }, first);

    lab.clock.advance(30_000);

    expect(statusOf(lab).failed).toBeUndefined();
    expect(conditionsOf(lab)).toEqual([]);
    expect(lab.pods().length).toBeGreaterThan(1);
  });

  it('with a condition that a policy names end the Job', () => {
    const pattern = { type: 'DisruptionTarget', status: 'True' };
    const rules = [{ action: 'FailJob', onPodConditions: [pattern] }];
    const lab = startJob({ podFailurePolicy: { rules } }, LASTS, { killCode: 143 });
    lab.clock.advance(2_000);
    const [pod] = lab.pods();
    if (pod === undefined) throw new Error('expected a pod');
    const conditions = [...(pod.status?.conditions ?? []), { ...pattern, status: 'True' as const }];
    const status = { ...pod.status, phase: 'Failed' as const, conditions };
    lab.api.update(PODS, { ...pod, status }, { subresource: 'status' });

    lab.clock.advance(3_000);

    expect(statusOf(lab).conditions?.[0]?.message).toMatch(
      /^Pod lab\/j-\w{5} has condition DisruptionTarget matching FailJob rule at index 0$/,
    );
  });
});

describe('a pod that is deleted', () => {
  it('is replaced at once, and counts as failed', () => {
    const lab = startJob({ completions: 2, parallelism: 2 }, LASTS, { graceMs: 20_000 });
    lab.clock.advance(2_000);

    lab.api.delete(PODS, { namespace: 'lab', name: lab.pods()[0]?.metadata.name ?? '' });
    lab.clock.advance(15_000);

    expect(statusOf(lab)).toMatchObject({ active: 2, failed: 1 });
  });

  it('is replaced when it is gone with podReplacementPolicy Failed', () => {
    const spec = { completions: 2, parallelism: 2, podReplacementPolicy: 'Failed' };
    const lab = startJob(spec, LASTS, { graceMs: 20_000 });
    lab.clock.advance(2_000);

    lab.api.delete(PODS, { namespace: 'lab', name: lab.pods()[0]?.metadata.name ?? '' });
    lab.clock.advance(15_000);

    expect(statusOf(lab)).toMatchObject({ active: 1, terminating: 1 });
    expect(lab.pods()).toHaveLength(2);
  });
});

describe('an indexed Job', () => {
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 } as const;

  it('gives each pod its index in name, labels, annotation, host name and environment', () => {
    const lab = startJob(indexed, LASTS);

    lab.clock.advance(2_000);

    const pods = lab.pods();
    const names = pods.map(({ metadata }) => metadata.generateName ?? '');
    expect(names.sort()).toEqual(['j-0-', 'j-1-', 'j-2-']);
    expect(pods.map(({ spec }) => String(spec['hostname'])).sort()).toEqual(['j-0', 'j-1', 'j-2']);
    const label = 'batch.kubernetes.io/job-completion-index';
    expect(pods.map(({ metadata }) => metadata.labels?.[label] ?? '').sort()).toEqual([
      '0',
      '1',
      '2',
    ]);
    expect(pods[0]?.spec.containers[0]?.env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${label}']` } },
      },
    ]);
  });

  it('tries each index again by itself, counts its failures, and gives it up', () => {
    const second: KubeletRule = { match: { index: 1 }, exit: { afterMs: 500, code: 1 } };
    const lab = startJob({ ...indexed, backoffLimitPerIndex: 1 }, SUCCEEDS, second);
    lab.clock.advance(5_000);
    expect(statusOf(lab)).toMatchObject({ succeeded: 2, completedIndexes: '0,2' });

    lab.clock.advance(30_000);

    const counts = lab.pods().map(({ metadata }) => metadata.annotations?.[INDEX_FAILURES] ?? '');
    expect(counts.sort()).toEqual(['0', '0', '0', '1']);
    expect(statusOf(lab)).toMatchObject({ failed: 2, failedIndexes: '1' });
    expect(conditionsOf(lab)).toContain('Failed True FailedIndexes');
  });

  it('ends early when more indexes failed than may', () => {
    const spec = { ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 0 };
    const first: KubeletRule = { match: { index: 0 }, exit: { afterMs: 500, code: 1 } };
    const lab = startJob(spec, LASTS, first);

    lab.clock.advance(5_000);

    expect(conditionsOf(lab)).toContain('Failed True MaxFailedIndexesExceeded');
    expect(statusOf(lab).failedIndexes).toBe('0');
  });

  it('gives an index up at once when a policy says so', () => {
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [2] } }];
    const spec = { ...indexed, backoffLimitPerIndex: 5, podFailurePolicy: { rules } };
    const first: KubeletRule = { match: { index: 0 }, exit: { afterMs: 500, code: 1 } };
    const lab = startJob(spec, SUCCEEDS, first);

    lab.clock.advance(6_000);

    expect(statusOf(lab)).toMatchObject({ failedIndexes: '0', completedIndexes: '1,2' });
  });

  it('succeeds by a count of a success policy and ends what still runs', () => {
    const rules = [{ succeededIndexes: '0-1', succeededCount: 1 }];
    const second: KubeletRule = { match: { index: 1 }, exit: { afterMs: 500, code: 0 } };
    const lab = startJob({ ...indexed, successPolicy: { rules } }, LASTS, second);

    lab.clock.advance(6_000);

    expect(conditionsOf(lab)).toEqual([
      'SuccessCriteriaMet True SuccessPolicy',
      'Complete True SuccessPolicy',
    ]);
    expect(statusOf(lab)).toMatchObject({ succeeded: 1, completedIndexes: '1' });
    expect(statusOf(lab).failed).toBeUndefined();
  });

  it('that is made smaller loses its last indexes', () => {
    const lab = startJob(indexed, LASTS);
    lab.clock.advance(2_000);

    change(lab, { completions: 2, parallelism: 2 });
    lab.clock.advance(4_000);

    expect(lab.pods().map(({ metadata }) => metadata.generateName)).toEqual(['j-0-', 'j-1-']);
  });
});

describe('ttlSecondsAfterFinished', () => {
  it('counts from the end and takes the pods along', () => {
    const lab = startJob({ ttlSecondsAfterFinished: 20 }, SUCCEEDS);
    lab.clock.advance(15_000);
    expect(conditionsOf(lab)).toContain('Complete True CompletionsReached');

    lab.clock.advance(10_000);

    expect(jobOf(lab)).toBeUndefined();
    expect(lab.pods()).toEqual([]);
  });
});
