import { describe, expect, it } from 'vitest';
import type { ClusterTarget } from '../../../src/cluster/target.js';
import { LabError } from '../../../src/core/errors.js';
import type { Deployment } from '../../../src/core/objects.js';
import type { LoadSender } from '../../../src/load/sender.js';
import { runExperiment } from '../../../src/run/run-experiment.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';
import { Recorder } from '../../../src/timeline/recorder.js';
import type { TimelineRecord } from '../../../src/timeline/record.js';
import { anExperiment } from '../../support/a-timeline.js';

const READY: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'sample-service', generation: 1 },
  spec: {
    replicas: 1,
    selector: { matchLabels: {} },
    template: { metadata: {}, spec: { containers: [] } },
  },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1 },
};

describe('a run with a sender that has to be made ready', () => {
  it('makes it ready when the service is, and removes it before the service', async () => {
    const world = aWorld();

    const { outcome } = await world.run();

    expect(outcome).toBe('completed');
    expect(world.happened).toEqual([
      'apply',
      'prepare',
      'send to http://10.96.0.7:80 in 2000 ms',
      'close',
      'delete hpa-lab-spike',
    ]);
    const prepared = world.records.findIndex((each) => each.kind === 'note');
    const settled = world.records.findIndex(
      (each) => each.kind === 'phase' && each.phase === 'settle',
    );
    expect(prepared).toBeGreaterThan(0);
    expect(prepared).toBeLessThan(settled);
    expect(world.records.filter(({ kind }) => kind === 'note')).toMatchObject([
      { text: '3 workers' },
      { text: 'one was lost' },
    ]);
  });

  it('sends nothing and removes everything when it does not get ready', async () => {
    const world = aWorld({ failure: new LabError('SENDER_FAILED', 'no room for the pods') });

    const { outcome, error } = await world.run();

    expect(outcome).toBe('failed');
    expect(error).toMatchObject({ code: 'SENDER_FAILED', exitCode: 3 });
    expect(world.happened).toEqual(['apply', 'prepare', 'close', 'delete hpa-lab-spike']);
    expect(world.records.at(-1)).toMatchObject({
      kind: 'end',
      outcome: 'failed',
      because: 'SENDER_FAILED: no room for the pods',
    });
  });

  it('removes the service even when the sender cannot be removed, and says so', async () => {
    const world = aWorld({ closing: new LabError('CLUSTER_FAILED', 'the namespace stays') });

    const { outcome, error } = await world.run();

    expect([outcome, error]).toMatchObject(['failed', { message: 'the namespace stays' }]);
    expect(world.happened.at(-1)).toBe('delete hpa-lab-spike');
  });
});

function aWorld({ failure, closing }: { failure?: Error; closing?: Error } = {}) {
  const clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
  const happened: string[] = [];
  const records: TimelineRecord[] = [];
  const sender: LoadSender = {
    leadMs: 2_000,
    targetUrl: () => Promise.resolve('http://10.96.0.7:80'),
    prepare: (_plan, { onNote }) => {
      happened.push('prepare');
      if (failure !== undefined) return Promise.reject(failure);
      onNote('3 workers');
      return Promise.resolve();
    },
    send: (_plan, { baseUrl, startAtMs, onNote }) => {
      happened.push(`send to ${baseUrl} in ${startAtMs - clock.now()} ms`);
      onNote?.('one was lost');
      return Promise.resolve({ startedAtMs: startAtMs, endedAtMs: startAtMs, engine: 'fake' });
    },
    close: () => {
      happened.push('close');
      return closing === undefined ? Promise.resolve() : Promise.reject(closing);
    },
  };
  const run = () =>
    clock.runUntil(
      runExperiment({
        experiment: { ...anExperiment(), settleMs: 1_000 },
        objects: [],
        target: aTarget(happened),
        sender,
        clock,
        recorder: new Recorder({
          clock,
          startMs: clock.now(),
          sink: (record) => records.push(record),
        }),
        onPhase: () => undefined,
        onProgress: () => undefined,
        signal: new AbortController().signal,
      }),
    );
  return { happened, records, run };
}

/** Where everything is ready at once, and nothing changes. */
function aTarget(happened: string[]): ClusterTarget {
  return {
    kind: 'simulated',
    apply: () => {
      happened.push('apply');
      return Promise.resolve();
    },
    deployment: () => Promise.resolve(READY),
    pods: () => Promise.resolve([]),
    podLog: () => Promise.resolve(''),
    podMetrics: () => Promise.resolve([]),
    watch: (_what, _listener, signal) =>
      new Promise((resolve) => {
        const end = { resumeVersion: undefined, because: 'stopped' };
        signal.addEventListener('abort', () => resolve(end), { once: true });
      }),
    serviceUrl: () => Promise.reject(new Error('the sender knows better')),
    deleteNamespace: (namespace) => {
      happened.push(`delete ${namespace}`);
      return Promise.resolve();
    },
  };
}
