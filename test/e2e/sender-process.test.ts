import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { accountingFaults } from '../../src/load/accounting.js';
import { oneRequest } from '../../src/load/request-spec.js';
import type { LoadPlan, LoadSecond } from '../../src/load/sender.js';
import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { faultyServer } from '../support/faulty-server.js';

const clock = new WallClock();
const ends: (() => unknown)[] = [];

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const plan: LoadPlan = {
  load: {
    model: 'open',
    spacing: 'even',
    profile: {
      stages: [{ kind: 'constant', name: 'c', durationMs: 60_000, ratePerSecond: 50 }],
    },
  },
  requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
  connections: { kind: 'keep-alive' },
  maxConnections: 10,
  maxInFlight: 100,
  timeoutMs: 1_000,
  seed: 1,
};

describe("the sender's process", () => {
  it('when killed fails the load, and the seconds told so far stand', async () => {
    const target = await faultyServer();
    ends.push(() => target.close());
    const seconds: LoadSecond[] = [];
    let senderPid: number | undefined;
    const sender = new ProcessSender({
      clock,
      engine: 'socket',
      onStarted: (pid) => {
        senderPid = pid;
      },
    });

    const sending = sender.send(plan, {
      baseUrl: target.url,
      startAtMs: clock.now() + 300,
      signal: new AbortController().signal,
      onSecond: (second) => {
        seconds.push(second);
        if (second.second === 1) process.kill(senderPid ?? Number.NaN, 'SIGKILL');
      },
      onProgress: () => undefined,
    });

    await expect(sending).rejects.toMatchObject({
      code: 'SENDER_FAILED',
      message: expect.stringContaining('SIGKILL') as unknown,
    });
    expect(seconds.map(({ due }) => due)).toEqual([50, 50]);
    expect(seconds.flatMap(accountingFaults)).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'ends by itself when the harness dies of %s',
    async (signal) => {
      const target = await faultyServer();
      ends.push(() => target.close());
      const dist = fileURLToPath(new URL('../../dist', import.meta.url));
      const script = fileURLToPath(new URL('../support/sending-harness.mjs', import.meta.url));
      const harness = spawn(process.execPath, [script, dist, target.url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      ends.push(() => harness.kill('SIGKILL'));
      const printed: unknown[] = await once(harness.stdout, 'data');
      const senderPid = Number(String(printed[0]));
      while (target.arrived.length < 5) await clock.sleep(20);
      expect(isAlive(senderPid)).toBe(true);

      harness.kill(signal);

      for (let tries = 0; isAlive(senderPid) && tries < 100; tries++) await clock.sleep(20);
      expect(isAlive(senderPid)).toBe(false);
    },
  );

  it('leaves Ctrl-C to the harness', async () => {
    const target = await faultyServer();
    ends.push(() => target.close());
    const controller = new AbortController();
    const sender = new ProcessSender({
      clock,
      engine: 'socket',
      onStarted: (pid) => {
        clock.after(900, () => process.kill(pid, 'SIGINT'));
        clock.after(1_500, () => controller.abort());
      },
    });

    const summary = await sender.send(plan, {
      baseUrl: target.url,
      startAtMs: clock.now() + 300,
      signal: controller.signal,
      onSecond: () => undefined,
      onProgress: () => undefined,
    });

    expect(summary.endedAtMs - summary.startedAtMs).toBeGreaterThan(1_000);
  });

  it('is not started for a plan with faults, all of which are told', async () => {
    const sender = new ProcessSender({
      clock,
      engine: 'auto',
      onStarted: () => {
        throw new Error('it was started');
      },
    });

    const sending = sender.send(
      {
        ...plan,
        load: { model: 'closed', concurrency: 0, durationMs: Number.NaN },
        requests: oneRequest({ method: 'GE T', path: 'work', headers: { 'content-length': '5' } }),
        maxConnections: 0.5,
      },
      {
        baseUrl: 'localhost:80',
        startAtMs: clock.now(),
        signal: new AbortController().signal,
        onSecond: () => undefined,
        onProgress: () => undefined,
      },
    );

    await expect(sending).rejects.toMatchObject({ code: 'LOAD_INVALID' });
    await expect(sending).rejects.toThrow(/url: .*\n.*concurrency: .*\n.*durationMs: .*\n.*method/);
    await expect(sending).rejects.toThrow(/path: .*\n.*content-length: .*\n.*maxConnections: /);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
