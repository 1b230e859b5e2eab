import { beforeEach, describe, expect, it } from 'vitest';
import { ApiRefusal } from '../../../../src/cluster/api-port.js';
import { labLabels, ORIGINAL_ANNOTATIONS } from '../../../../src/core/lab-labels.js';
import { keepingOriginal } from '../../../../src/core/original.js';
import { isExpired, leftoversText, removalText } from '../../../../src/run/gc/gc-view.js';
import { findLeftovers } from '../../../../src/run/gc/leftovers.js';
import { removeRun, whyTerminating } from '../../../../src/run/gc/remove-run.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import { portTo } from '../../../support/in-process-port.js';

const HOUR_MS = 3_600_000;

let lab: InProcessApi;

beforeEach(() => {
  lab = new InProcessApi({ namespaces: ['default', 'theirs'] });
});

function labels(runId: string, expiresInMs: number) {
  return labLabels({
    runId,
    experiment: 'spike',
    owner: 'ada-laptop',
    expiresAtMs: lab.clock.now() + expiresInMs,
  });
}

function create(path: string, body: object): void {
  const { status, body: answer } = lab.send('POST', path, { body });
  if (status !== 201) throw new Error(JSON.stringify(answer));
}

function aJob(name: string, runId: string, expiresInMs: number): void {
  create('/apis/batch/v1/namespaces/theirs/jobs', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labels(runId, expiresInMs) },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
    },
  });
}

function aNamespace(name: string, runId: string, expiresInMs: number): void {
  create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: labels(runId, expiresInMs) },
  });
  create(`/api/v1/namespaces/${name}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      containers: [
        { name: 'c', image: 'i', resources: { requests: { cpu: '500m', memory: '1Gi' } } },
      ],
    },
  });
}

describe('what runs left', () => {
  it('is nothing where no run was, whatever else carries labels', async () => {
    create('/api/v1/namespaces/theirs/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'other', labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
    });
    const found = await findLeftovers(portTo(lab));
    expect(found.runs).toEqual([]);
    expect(leftoversText(found, lab.clock.now())[0]).toBe('No run left anything.');
  });

  it('is told by run with age, expiry and the cost of its pods an hour', async () => {
    aNamespace('hpa-lab-spike', 'run-1', -HOUR_MS);
    aJob('load', 'run-2', 2 * HOUR_MS);
    lab.clock.advance(30 * 60_000);
    const found = await findLeftovers(portTo(lab));
    const text = leftoversText(found, lab.clock.now()).join('\n');
    expect(text).toMatch(/run-1 +spike +ada-laptop +30 min +expired 1\.5 h ago +1 +0\.025 USD/);
    expect(text).toMatch(/run-2 +spike +ada-laptop +30 min +in 1\.5 h +0 +-/);
    expect(text).toContain('run-1 made Namespace hpa-lab-spike');
    expect(text).toContain('run-2 made Job theirs/load');
    expect(found.runs.map((run) => isExpired(run, lab.clock.now()))).toEqual([true, false]);
  });

  it('never expires by itself where something does not say when', async () => {
    aJob('load', 'run-1', -HOUR_MS);
    create('/api/v1/namespaces/theirs/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'also',
        labels: { ...labels('run-1', 0), 'hpa-lab.dev/expires': 'never' },
      },
    });
    const { runs } = await findLeftovers(portTo(lab));
    expect(runs.map((run) => isExpired(run, lab.clock.now()))).toEqual([false]);
  });

  it('says which kinds it may not look at', async () => {
    const port = portTo(lab, {
      answer: ({ path }) => {
        if (path === '/api/v1/secrets') throw new ApiRefusal(403, { message: 'forbidden' });
        return undefined;
      },
    });
    const found = await findLeftovers(port);
    expect(found.unseen).toContain('secrets');
    expect(leftoversText(found, 0).join('\n')).toMatch(/Not looked at.*secrets/);
  });
});

describe('removing a run', () => {
  it('deletes what it made in a namespace of others and leaves the rest', async () => {
    aJob('load', 'run-1', -HOUR_MS);
    aJob('other', 'run-2', -HOUR_MS);
    const port = portTo(lab);
    const run = (await findLeftovers(port)).runs.find(({ runId }) => runId === 'run-1');
    if (run === undefined) throw new Error('expected run-1 to be found');
    const removal = await removeRun(port, run, { clock: lab.clock, patienceMs: 0 });
    expect(removalText('run-1', removal)).toEqual(['run-1: removed Job theirs/load']);
    const names = (await findLeftovers(port)).runs.map(({ runId }) => runId);
    expect(names).toEqual(['run-2']);
  });

  it('puts back what it changed of others', async () => {
    const path = '/apis/apps/v1/namespaces/theirs/deployments/web';
    create('/apis/apps/v1/namespaces/theirs/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'i' }] },
        },
      },
    });
    const before = lab.send('GET', path).body;
    const change = { spec: { replicas: 9 } };
    const body = keepingOriginal(before, change, { runId: 'run-1', expiresAtMs: 0 });
    lab.send('PATCH', path, { body, contentType: 'application/merge-patch+json' });
    expect(lab.send('GET', path).body.spec.replicas).toBe(9);

    const port = portTo(lab);
    const [run] = (await findLeftovers(port)).runs;
    if (run === undefined) throw new Error('expected run-1 to be found');
    const text = leftoversText({ runs: [run], unseen: [] }, lab.clock.now()).join('\n');
    expect(text).toContain('run-1 changed Deployment theirs/web and did not put it back');
    const removal = await removeRun(port, run, { clock: lab.clock, patienceMs: 0 });
    expect(removalText('run-1', removal)).toEqual(['run-1: put back Deployment theirs/web']);
    const after = lab.send('GET', path).body;
    expect(after.spec).toEqual(before.spec);
    expect(after.metadata.annotations?.[ORIGINAL_ANNOTATIONS.original]).toBeUndefined();
    expect((await findLeftovers(port)).runs).toEqual([]);
  });

  it('leaves ReplicaSets alone: what a run changed of their Deployment is copied onto them', async () => {
    create('/apis/apps/v1/namespaces/theirs/replicasets', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: 'web-1',
        annotations: { [ORIGINAL_ANNOTATIONS.original]: '{}', [ORIGINAL_ANNOTATIONS.run]: 'run-1' },
      },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'i' }] },
        },
      },
    });
    expect((await findLeftovers(portTo(lab))).runs).toEqual([]);
  });

  it('says what keeps a namespace that does not go', async () => {
    aNamespace('hpa-lab-spike', 'run-1', -HOUR_MS);
    const port = portTo(lab);
    const [run] = (await findLeftovers(port)).runs;
    if (run === undefined) throw new Error('expected run-1 to be found');
    const removal = await removeRun(port, run, { clock: lab.clock, patienceMs: 0 });
    expect(removal.removed).toEqual([]);
    expect(removalText('run-1', removal)).toEqual([
      'run-1: LEFT Namespace hpa-lab-spike: still being deleted, and its status does not say what it waits for',
    ]);
  });

  it.each([
    [
      'finalizers',
      'Some content in the namespace has finalizers remaining: x/y in 1 resource instances',
    ],
    ['content', 'Some resources are remaining: pods. has 2 resource instances'],
  ])('tells of %s in the words of the namespace', (_, message) => {
    const conditions = [
      { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'fine' },
      { type: 'NamespaceFinalizersRemaining', status: 'True', message },
    ];
    expect(whyTerminating({ status: { conditions } })).toBe(message);
  });
});
