import { describe, expect, it } from 'vitest';
import { LabError } from '../../../../src/core/errors.js';
import { oneRequest } from '../../../../src/load/request-spec.js';
import type { AuditedLoadSummary, LoadPlan, LoadSecond } from '../../../../src/load/sender.js';
import { ClusterSender } from '../../../../src/load/senders/cluster-sender.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { accountingFaults } from '../../../../src/load/accounting.js';
import { mergeHistograms } from '../../../../src/load/histogram.js';
import { FakeWorkers, type FakeWorkersOptions } from '../../../support/fake-workers.js';

const SECONDS = 20;

describe('a load that is sent from pods of the cluster', () => {
  it('is told second by second, everything of all workers and nothing twice', async () => {
    const world = aWorld({ workers: 3 });

    const summary = await world.run();

    expect(world.seconds.map(({ second }) => second)).toEqual(range(SECONDS));
    expect(world.seconds.map(({ due }) => due)).toEqual(range(SECONDS).map(() => 10 + 11 + 12));
    expect(world.seconds.flatMap(accountingFaults)).toEqual([]);
    const times = mergeHistograms(world.seconds.map(({ responseTime }) => responseTime));
    expect(times.count).toBe(33 * SECONDS);
    expect(summary.workers).toMatchObject({ count: 3, nodes: 2, missing: [] });
    expect(summary.audit).toMatchObject({ processes: 3, cpuMs: 30, isSaturated: false });
    expect(world.notes).toEqual([
      'the load is sent by 3 workers in the cluster on 2 nodes, clocks known to within 1.0 ms',
    ]);
  });

  it('begins at the agreed instant on clocks that are hours apart', async () => {
    const skewMs = [3 * 3_600_000, -86_400_000, 0.25];
    const world = aWorld({ workers: 3, skewMs, wayMs: slowerBack });

    const summary = await world.run();

    const uncertaintyMs = summary.workers?.clockUncertaintyMs ?? 0;
    expect(uncertaintyMs).toBeLessThan(10);
    for (const { startedAtMs = 0 } of world.pods.workers) {
      expect(Math.abs(startedAtMs - world.startAtMs)).toBeLessThanOrEqual(uncertaintyMs);
    }
    expect(Math.abs(summary.endedAtMs - world.startAtMs - SECONDS * 1_000)).toBeLessThan(10);
  });

  it('loses nothing when every connection breaks meanwhile', async () => {
    const world = aWorld({ workers: 2 });
    world.at(4_300, () => world.pods.workers.map((worker) => worker.disconnect()));
    world.at(9_100, () => world.pods.workers.map((worker) => worker.reconnect()));

    const summary = await world.run();

    expect(world.seconds.map(({ due }) => due)).toEqual(range(SECONDS).map(() => 21));
    expect(summary.workers?.missing).toEqual([]);
    expect(summary.audit.isSaturated).toBe(false);
    expect(world.pods.workers.map(({ attachments }) => attachments)).toEqual([2, 2]);
  });

  it('gets lines that the log did not keep from the worker itself', async () => {
    const world = aWorld({ workers: 2 });
    world.at(0, () => [3, 4, 11].map((line) => world.pods.workers[1]?.forgotten.add(line)));

    const summary = await world.run();

    expect(world.seconds.map(({ due }) => due)).toEqual(range(SECONDS).map(() => 21));
    expect(summary.workers?.missing).toEqual([]);
  });

  it('goes on without a worker that is lost, and names its share', async () => {
    const world = aWorld({ workers: 3 });
    world.at(7_500, () => world.pods.workers[1]?.kill('OOMKilled, exit code 137 (SIGKILL)'));

    const summary = await world.run();

    const due = world.seconds.map((second) => second.due);
    expect(due).toEqual(range(SECONDS).map((second) => (second < 7 ? 33 : 22)));
    expect(summary.workers?.missing).toEqual([
      { index: 1, fromSecond: 7, because: 'OOMKilled, exit code 137 (SIGKILL)' },
    ]);
    expect(summary.audit).toMatchObject({
      isSaturated: true,
      because:
        'worker 2 of 3 was lost (OOMKilled, exit code 137 (SIGKILL)): its share, 1 of 3 of all arrivals, is missing from second 7 on',
    });
    expect(world.notes.at(-1)).toBe(
      'load worker 2 of 3 was lost (OOMKilled, exit code 137 (SIGKILL)); its share is missing from second 7 of the load on',
    );
  });

  it('has failed when all workers are lost', async () => {
    const world = aWorld({ workers: 2 });
    world.at(3_500, () => world.pods.workers.map((worker) => worker.kill('Evicted')));

    await expect(world.run()).rejects.toThrow('all 2 load workers were lost: Evicted; Evicted');
    expect(world.seconds).toHaveLength(3);
  });

  it('gives up a worker that cannot be reached any more, after the end of the load', async () => {
    const world = aWorld({ workers: 2 });
    world.at(5_500, () => world.pods.workers[0]?.disconnect());

    const summary = await world.run();

    expect(summary.workers?.missing).toEqual([
      { index: 0, fromSecond: 5, because: 'it told nothing more' },
    ]);
    expect(world.seconds.map(({ due }) => due)).toEqual(
      range(SECONDS).map((second) => (second < 5 ? 21 : 11)),
    );
  });

  it('stops when it is told to, with what was sent until then', async () => {
    const world = aWorld({ workers: 2 });
    world.at(6_500, () => world.stop());

    await world.run();

    expect(world.seconds.map(({ second }) => second)).toEqual(range(7));
  });

  it('ends within a few seconds of a stop even when nobody answers', async () => {
    const world = aWorld({ workers: 2 });
    world.at(6_500, () => {
      for (const worker of world.pods.workers) worker.disconnect();
      world.stop();
    });

    await expect(world.run()).rejects.toThrow(LabError);
    expect(world.clock.now() - world.startAtMs).toBeLessThan(12_000);
  });

  it('dismisses its workers and removes them', async () => {
    const world = aWorld({ workers: 2 });
    await world.run();

    await world.close();

    expect(world.pods.isClosed).toBe(true);
    expect(world.pods.workers.map(({ written }) => written.at(-1))).toEqual([
      '{"kind":"bye"}',
      '{"kind":"bye"}',
    ]);
  });

  it('says who is not ready when workers run and do not answer', async () => {
    const world = aWorld({ workers: 2 });
    const start = world.pods.start.bind(world.pods);
    world.pods.start = async (count) => {
      const all = await start(count);
      world.pods.workers[1]?.disconnect();
      return all;
    };

    await expect(world.run()).rejects.toThrow(
      'load workers are not ready after 60 s: load worker 2 of 2 (pod load-worker-1): cannot be reached',
    );
  });

  it('tells all that is wrong with a plan before anything is made', async () => {
    const world = aWorld({ workers: 30, plan: { timeoutMs: -1, maxConnections: 20 } });

    await expect(world.run()).rejects.toThrow(
      /timeoutMs: .*\n {2}workers: expected at most 20 \(a connection of maxConnections for each\), got 30/,
    );
    expect(world.pods.workers).toEqual([]);
  });
});

function aWorld(
  of: Pick<FakeWorkersOptions, 'skewMs' | 'wayMs'> & {
    readonly workers: number;
    readonly plan?: Partial<LoadPlan>;
  },
) {
  const { workers, plan: changes, ...options } = of;
  const clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
  const pods = new FakeWorkers({ clock, seconds: SECONDS, due: (index) => 10 + index, ...options });
  const stage = { name: 'load', kind: 'constant', ratePerSecond: 100 } as const;
  const plan: LoadPlan = {
    load: {
      model: 'open',
      spacing: 'even',
      profile: { stages: [{ ...stage, durationMs: SECONDS * 1_000 }] },
    },
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: { kind: 'keep-alive' },
    maxConnections: 100,
    maxInFlight: 100,
    timeoutMs: 5_000,
    seed: 1,
    fromCluster: { workers },
    ...changes,
  };
  const sender = new ClusterSender({
    clock,
    pods,
    engine: 'auto',
    targetUrl: () => Promise.resolve('http://10.0.0.1:80'),
  });
  const seconds: LoadSecond[] = [];
  const notes: string[] = [];
  const abort = new AbortController();
  const events: { readonly afterMs: number; readonly what: () => unknown }[] = [];
  const onNote = (text: string): unknown => notes.push(text);
  const { signal } = abort;
  const sending = async (world: { startAtMs: number }): Promise<AuditedLoadSummary> => {
    await sender.prepare(plan, { signal, onNote });
    world.startAtMs = clock.now() + sender.leadMs;
    for (const { afterMs, what } of events) {
      clock.after(world.startAtMs - clock.now() + afterMs, () => void what());
    }
    return sender.send(plan, {
      baseUrl: await sender.targetUrl(),
      startAtMs: world.startAtMs,
      signal,
      onSecond: (second) => seconds.push(second),
      onProgress: () => undefined,
      onNote,
    });
  };
  const world = {
    clock,
    pods,
    seconds,
    notes,
    startAtMs: 0,
    at: (afterMs: number, what: () => unknown) => events.push({ afterMs, what }),
    stop: () => abort.abort('SIGINT'),
    close: () => settle(clock, sender.close()),
    run: () => settle(clock, sending(world)),
  };
  return world;
}

/** Lets time pass until it is settled: what waits for lines, and not only for sleep, goes on too. */
async function settle<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const waiting = new Set([promise]);
  const settled = (): void => void waiting.delete(promise);
  promise.then(settled, settled);
  for (let turns = 0; waiting.size > 0 && turns < 20_000; turns++) await clock.advanceAsync(100);
  return promise;
}

function slowerBack(index: number): { readonly there: number; readonly back: number } {
  return { there: 2 + index, back: 5 };
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}
