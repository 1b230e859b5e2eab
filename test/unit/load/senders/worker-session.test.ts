import { describe, expect, it } from 'vitest';
import { oneRequest } from '../../../../src/load/request-spec.js';
import type { LoadPlan } from '../../../../src/load/sender.js';
import type { FromSender } from '../../../../src/load/senders/sender-messages.js';
import { toWorkerLine, type ToWorker } from '../../../../src/load/senders/worker-messages.js';
import { SILENCE_MS, WorkerSession } from '../../../../src/load/senders/worker-session.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';

const plan: LoadPlan = {
  load: { model: 'closed', concurrency: 1, durationMs: 1_000 },
  requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
  connections: { kind: 'keep-alive' },
  maxConnections: 1,
  maxInFlight: 1,
  timeoutMs: 1_000,
  seed: 1,
};
const PLAN: ToWorker = { kind: 'plan', id: 4, plan, engine: 'auto', share: { index: 1, count: 3 } };
const START: ToWorker = { kind: 'start', id: 4, baseUrl: 'http://10.0.0.1:80', startAtMs: 5_000 };

describe('a load worker', () => {
  it('tells its clock when it is asked', () => {
    const { receive, answers, clock } = aWorker();
    clock.advance(250);

    receive({ kind: 'ping', n: 3 });

    expect(answers).toEqual(['!{"kind":"pong","n":3,"atMs":1250}']);
  });

  it('sends its share of the plan when it is told to, once however often it is told', async () => {
    const { receive, answers, started } = aWorker();

    receive(PLAN);
    receive(PLAN);
    receive(START);
    receive(START);
    await flushed();

    expect(started).toEqual([{ share: { index: 1, count: 3 }, startAtMs: 5_000 }]);
    expect(answers.map((line) => line.slice(0, 17))).toEqual([
      '!{"kind":"planned',
      '!{"kind":"planned',
      '!{"kind":"started',
      '!{"kind":"started',
    ]);
  });

  it('does not start a plan that it has not got', async () => {
    const { receive, answers, started } = aWorker();

    receive(START);
    receive({ ...PLAN, id: 5 });
    receive(START);
    await flushed();

    expect(started).toEqual([]);
    expect(answers).toHaveLength(1);
  });

  it('numbers what it tells, and tells it again from where it is asked', async () => {
    const { receive, output, tell, finish } = aWorker();
    receive(PLAN);
    receive(START);
    await flushed();
    for (const text of ['a', 'b']) tell({ kind: 'failed', message: text });
    finish();
    await flushed();
    expect(output.map(numberOf)).toEqual(['@0', '@1', '@2']);

    receive({ kind: 'again', from: 1 });

    expect(output.map(numberOf)).toEqual(['@0', '@1', '@2', '@1', '@2']);
    expect(output[3]).toBe(output[1]);
  });

  it('tells its end to the last second before it ends for SIGTERM', async () => {
    const { receive, output, session, ends, finish, stops } = aWorker();
    receive(PLAN);
    receive(START);
    await flushed();

    session.terminate();
    expect([stops(), ends]).toEqual([1, []]);
    finish();
    await flushed();

    expect(output.at(-1)).toContain('"kind":"done"');
    expect(ends).toEqual(['stopped']);
  });

  it('ends when it is dismissed', () => {
    const { receive, ends } = aWorker();

    receive({ kind: 'bye' });
    receive({ kind: 'bye' });

    expect(ends).toEqual(['bye']);
  });

  it('stops its load and ends when nobody is left who could stop it', async () => {
    const { receive, ends, clock, stops, finish } = aWorker();
    receive(PLAN);
    receive(START);
    await flushed();

    clock.advance(SILENCE_MS - 1);
    receive({ kind: 'ping', n: 0 });
    clock.advance(SILENCE_MS - 1);
    expect(stops()).toBe(0);
    clock.advance(1);
    expect(stops()).toBe(1);
    finish();
    await flushed();

    expect(ends).toEqual(['silence']);
  });

  it('tells when it cannot send at all', async () => {
    const { receive, output } = aWorker({ failure: new Error('no such engine') });

    receive(PLAN);
    receive(START);
    await flushed();

    expect(output).toEqual(['@0 {"kind":"failed","message":"no such engine"}']);
  });

  it.each(['', 'no JSON', '[]', '{"kind":"dance"}', '{"n":1}'])(
    'passes over the line "%s"',
    (line) => {
      const { session, answers, output } = aWorker();

      session.receive(line);

      expect([...answers, ...output]).toEqual([]);
    },
  );
});

function aWorker({ failure }: { readonly failure?: Error } = {}) {
  const clock = new VirtualClock(1_000);
  const [answers, output, ends]: [string[], string[], string[]] = [[], [], []];
  const started: unknown[] = [];
  let stopped = 0;
  let tell: (message: FromSender) => void = ignore;
  let finish: () => void = ignore;
  const session = new WorkerSession({
    clock,
    run: (start, teller) => {
      if (failure !== undefined) return Promise.reject(failure);
      started.push({ share: start.share, startAtMs: start.startAtMs });
      tell = teller;
      const audit = { cpuMs: 1, elapsedMs: 1, maxRssBytes: 1, isSaturated: false };
      const summary = { startedAtMs: 0, endedAtMs: 1, engine: 'fake', audit };
      const finished = new Promise<{ summary: typeof summary; sendLag: string }>((resolve) => {
        finish = () => resolve({ summary, sendLag: '' });
      });
      return Promise.resolve({ finished, stop: () => void stopped++ });
    },
    out: (line) => output.push(line),
    answer: (line) => answers.push(line),
    onEnd: (because) => ends.push(because),
  });
  return {
    clock,
    session,
    answers,
    output,
    ends,
    started,
    receive: (message: ToWorker) => session.receive(toWorkerLine(message)),
    tell: (message: FromSender) => tell(message),
    finish: () => finish(),
    stops: () => stopped,
  };
}

function ignore(): void {
  // nothing was started yet
}

function numberOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function flushed(): Promise<void> {
  return new VirtualClock(0).advanceAsync(0);
}
