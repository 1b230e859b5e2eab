/** Priorities: classes, the default one, and what pods get of them. */
import { describe, expect, it } from 'vitest';
import { InProcessApi } from '../../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../../support/in-process-api.js';

const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
const PODS = '/api/v1/namespaces/default/pods';

function createClass(lab: InProcessApi, name: string, fields: object): ReceivedAnswer {
  const body = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    ...fields,
  };
  return lab.send('POST', CLASSES, { body });
}

function createPod(
  lab: InProcessApi,
  spec: object,
  metadata: object = { name: 'a' },
): ReceivedAnswer {
  const containers = [{ name: 'app', image: 'app:1' }];
  return lab.send('POST', PODS, {
    body: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } },
  });
}

describe('priority classes', () => {
  it('of the system are always there and cannot be deleted', () => {
    const lab = new InProcessApi();

    const items: readonly { readonly metadata: { name: string }; readonly value: number }[] =
      lab.send('GET', CLASSES).body.items;
    const deleted = lab.send('DELETE', `${CLASSES}/system-node-critical`);

    expect(items.map(({ metadata, value }) => [metadata.name, value])).toEqual([
      ['system-cluster-critical', 2_000_000_000],
      ['system-node-critical', 2_000_001_000],
    ]);
    expect(deleted.status).toBe(403);
    expect(deleted.body.message).toBe(
      'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    );
  });

  const refused = [
    {
      name: 'a value that only the system has',
      of: { name: 'a', value: 1_000_000_001 },
      message: 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    },
    {
      name: "a name that is the system's",
      of: { name: 'system-mine', value: 1 },
      message:
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    },
    {
      name: 'a policy that there is not',
      of: { name: 'a', value: 1, preemptionPolicy: 'Maybe' },
      message:
        'preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"',
    },
  ];
  it.each(refused)('cannot have $name', ({ of: { name, ...fields }, message }) => {
    const answer = createClass(new InProcessApi(), name, fields);

    expect(answer.body.message).toBe(
      `PriorityClass.scheduling.k8s.io "${name}" is invalid: ${message}`,
    );
  });

  it('keep their value and policy; there is one default at most', () => {
    const lab = new InProcessApi();
    createClass(lab, 'a', { value: 5, globalDefault: true });

    const second = createClass(lab, 'b', { value: 6, globalDefault: true });
    const changed = lab.send('PATCH', `${CLASSES}/a`, {
      body: { value: 6, preemptionPolicy: 'Never' },
      contentType: 'application/merge-patch+json',
    });

    expect(second.status).toBe(403);
    expect(second.body.message).toBe(
      'priorityclasses.scheduling.k8s.io "b" is forbidden: PriorityClass a is already marked as default. Only one default can exist',
    );
    const causes: readonly { readonly field: string }[] = changed.body.details.causes;
    expect(causes.map(({ field }) => field)).toEqual(['value', 'preemptionPolicy']);
  });

  it('are shown with their value and policy', () => {
    const lab = new InProcessApi();
    createClass(lab, 'a', { value: 5 });

    const { body } = lab.send('GET', `${CLASSES}/a`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });

    expect(body.rows[0].cells).toEqual(['a', 5, false, '0s', 'PreemptLowerPriority']);
  });
});

describe('a new pod', () => {
  it('without a class has priority 0, or that of the default class', () => {
    const lab = new InProcessApi();

    const before = createPod(lab, {});
    createClass(lab, 'usual', { value: 7, globalDefault: true, preemptionPolicy: 'Never' });
    const after = createPod(lab, {}, { name: 'b' });

    expect(before.body.spec).toMatchObject({
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
    });
    expect(before.body.spec).not.toHaveProperty('priorityClassName');
    expect(after.body.spec).toMatchObject({
      priority: 7,
      preemptionPolicy: 'Never',
      priorityClassName: 'usual',
    });
  });

  const refused = [
    {
      name: 'names a class that there is not',
      spec: { priorityClassName: 'none' },
      message: 'no PriorityClass with name none was found',
    },
    {
      name: 'says another number than its class',
      spec: { priorityClassName: 'high', priority: 6 },
      message:
        'the integer value of priority (6) must not be provided in pod spec; priority admission controller computed 5 from the given PriorityClass name',
    },
    {
      name: 'says another policy than its class',
      spec: { priorityClassName: 'high', preemptionPolicy: 'Never' },
      message:
        'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    },
  ];
  it.each(refused)('is refused when it $name', ({ spec, message }) => {
    const lab = new InProcessApi();
    createClass(lab, 'high', { value: 5 });

    const answer = createPod(lab, spec, { generateName: 'web-' });

    expect(answer.status).toBe(403);
    expect(answer.body.message).toBe(`pods "web-" is forbidden: ${message}`);
  });

  it('keeps its priority when an update leaves it out', () => {
    const lab = new InProcessApi();
    createClass(lab, 'high', { value: 5 });
    const { body } = createPod(lab, { priorityClassName: 'high' });
    const { priority: _, preemptionPolicy: __, ...spec } = body.spec;

    const updated = lab.send('PUT', `${PODS}/a`, { body: { ...body, spec } });

    expect(updated.status).toBe(200);
    expect(updated.body.spec.priority).toBe(5);
  });
});
