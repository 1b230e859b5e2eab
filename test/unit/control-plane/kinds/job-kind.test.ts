import { describe, expect, it } from 'vitest';
import { JobIndexes, indexesFormat } from '../../../../src/control-plane/kinds/job-indexes.js';
import type { JobSpec } from '../../../../src/core/batch-objects.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import { aJob } from '../../../support/job-objects.js';

const PATH = '/apis/batch/v1/namespaces/default/jobs';

function sent(spec: Partial<JobSpec> & Record<string, unknown>): unknown {
  const { selector: _, ...own } = aJob().spec;
  return { ...aJob(), metadata: { name: 'j' }, spec: { ...own, ...spec } };
}

const TEMPLATE = aJob().spec.template;

describe('a Job is refused', () => {
  it.each([
    {
      name: 'that restarts always',
      spec: { template: { spec: { containers: [{ name: 'c', image: 'a' }] } } },
      fault: 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    },
    {
      name: 'with indexes and no completions',
      spec: { completionMode: 'Indexed', parallelism: 1 },
      fault: 'spec.completions: Required value: when completion mode is Indexed',
    },
    {
      name: 'that limits failures of indexes it has not',
      spec: { backoffLimitPerIndex: 1 },
      fault: 'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    },
    {
      name: 'with a mode that nobody knows',
      spec: { completionMode: 'Sometimes' },
      fault:
        'spec.completionMode: Unsupported value: "Sometimes": supported values: "NonIndexed", "Indexed"',
    },
    {
      name: 'with a success policy and no indexes',
      spec: { successPolicy: { rules: [{ succeededCount: 1 }] } },
      fault:
        'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
    },
    {
      name: 'with a rule about nothing',
      spec: { podFailurePolicy: { rules: [{ action: 'Count' }] } },
      fault:
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
    },
    {
      name: 'with exit codes out of order',
      spec: {
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3, 1] } }],
        },
      },
      fault:
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,1]: must be ordered',
    },
    {
      name: 'with a manager that is no path',
      spec: { managedBy: 'me' },
      fault:
        'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
    },
    {
      name: 'that replaces pods otherwise than its failure policy can count',
      spec: {
        podReplacementPolicy: 'TerminatingOrFailed',
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onPodConditions: [{ type: 'A', status: 'True' }] }],
        },
      },
      fault:
        'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    },
  ])('$name', ({ spec, fault }) => {
    const { status, body } = new InProcessApi().send('POST', PATH, { body: sent(spec) });

    expect([status, body.message]).toEqual([422, `Job.batch "j" is invalid: ${fault}`]);
  });
});

describe('a stored Job', () => {
  it('has labels and a selector of its own, and keeps labels that are given', () => {
    const template = { ...TEMPLATE, metadata: { labels: { app: 'j' } } };
    const { body } = new InProcessApi().send('POST', PATH, { body: sent({ template }) });

    const { uid } = body.metadata;
    expect(body.spec.selector).toEqual({
      matchLabels: { 'batch.kubernetes.io/controller-uid': uid },
    });
    expect(body.metadata.labels).toEqual(body.spec.template.metadata.labels);
    expect(body.metadata.labels).toMatchObject({ app: 'j', 'job-name': 'j' });
  });

  it('lets an indexed one grow only with its parallelism', () => {
    const server = new InProcessApi();
    const spec = { completionMode: 'Indexed', completions: 2, parallelism: 2 };
    server.send('POST', PATH, { body: sent(spec) });
    const patch = (change: unknown): number =>
      server.send('PATCH', `${PATH}/j`, {
        body: { spec: change },
        contentType: 'application/merge-patch+json',
      }).status;

    expect(patch({ completions: 3 })).toBe(422);
    expect(patch({ completions: 3, parallelism: 3 })).toBe(200);
  });

  it('changes its template only while it is suspended, and then only where pods may run', () => {
    const server = new InProcessApi();
    server.send('POST', PATH, { body: sent({ suspend: true }) });
    const patch = (spec: unknown): number =>
      server.send('PATCH', `${PATH}/j`, {
        body: { spec },
        contentType: 'application/merge-patch+json',
      }).status;
    const nodeSelector = { zone: 'a' };

    expect(patch({ template: { spec: { nodeSelector } } })).toBe(200);
    expect(patch({ template: { spec: { hostNetwork: true } } })).toBe(422);
    expect(patch({ suspend: false })).toBe(200);
    expect(patch({ template: { spec: { nodeSelector: { zone: 'b' } } } })).toBe(422);
  });

  it('cannot end twice', () => {
    const server = new InProcessApi();
    server.send('POST', PATH, { body: sent({}) });
    const conditions = [
      { type: 'SuccessCriteriaMet', status: 'True' },
      { type: 'Complete', status: 'True' },
      { type: 'Failed', status: 'True' },
    ];
    const times = { startTime: '2026-11-23T06:00:00Z', completionTime: '2026-11-23T06:00:01Z' };

    const { status, body } = server.send('PATCH', `${PATH}/j/status`, {
      body: { status: { conditions, ...times } },
      contentType: 'application/merge-patch+json',
    });

    expect(status).toBe(422);
    expect(body.message).toContain('cannot set Complete=True and Failed=true conditions');
  });
});

describe('indexes', () => {
  it.each([
    { text: '', indexes: [] },
    { text: '0', indexes: [0] },
    { text: '0,1', indexes: [1, 0] },
    { text: '0-2,5', indexes: [0, 1, 2, 5] },
    { text: '1,3-5,7,8', indexes: [1, 3, 4, 5, 7, 8] },
  ])('$indexes are written $text, and read back', ({ text, indexes }) => {
    expect(JobIndexes.of(indexes).toString()).toBe(text);
    expect(JobIndexes.parse(text, 10).toString()).toBe(text);
    expect(JobIndexes.parse(text, 10).size).toBe(indexes.length);
  });

  it.each([
    { text: '3', fault: 'too large index: "3"' },
    { text: '1,0', fault: 'non-increasing order, previous: 1, current: 0' },
    { text: 'x', fault: 'cannot convert string to integer for index: "x"' },
    {
      text: '0-1-2',
      fault: `the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by '-'`,
    },
  ])('$text of three is a fault', ({ text, fault }) => {
    expect(indexesFormat(text, 3)).toEqual({ kind: 'fault', fault });
  });

  it('that are missing are found in order', () => {
    expect(JobIndexes.of([1, 2, 5]).firstMissing(3, 7)).toEqual([0, 3, 4]);
    expect(JobIndexes.of([0]).firstMissing(5, 2)).toEqual([1]);
  });
});
