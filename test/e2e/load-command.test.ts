/** `hpa-lab load` as its users run it, against servers that misbehave. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Behavior, type FaultyServerOptions, faultyServer } from '../support/faulty-server.js';
import { runLab, startLab, temporaryFolder } from '../support/lab-process.js';
import { listen } from '../support/loopback.js';

const BEHAVIORS: readonly Behavior[] = [
  'answer',
  'answer-500',
  'answer-chunked',
  'answer-and-close',
  'close',
  'truncate',
  'reset',
  'silence',
  'garbage',
  'answer',
];

async function server(options: FaultyServerOptions = {}) {
  const target = await faultyServer(options);
  onTestFinished(() => target.close());
  return target;
}

interface Report {
  readonly end: { readonly kind: string };
  readonly totals: {
    readonly due: number;
    readonly sent: number;
    readonly dropped: number;
    readonly unsent: number;
    readonly unanswered: number;
    readonly answeredByStatusClass: Record<string, number>;
    readonly failedByKind: Record<string, number>;
    readonly answersByPod: Record<string, number>;
  };
  readonly seconds: readonly { readonly due: number }[];
}

function reportAt(path: string): Report {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function words(line: string): readonly string[] {
  return line.split(' ');
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

describe('load', () => {
  it('accounts for every arrival whatever the server does', async () => {
    const target = await server({
      behave: (index) => BEHAVIORS[index % BEHAVIORS.length] ?? 'answer',
    });
    const json = join(temporaryFolder(), 'load.json');

    const { code, output } = await runLab(
      words(
        `load --url ${target.url}/work --rate 100 --duration 2s --timeout 300ms --json ${json}`,
      ),
    );

    expect(output).toContain('200 due = ');
    expect(code).toBe(0);
    const { totals, end, seconds } = reportAt(json);
    expect(end).toEqual({ kind: 'completed' });
    expect(totals.due).toBe(200);
    expect(totals.due).toBe(totals.sent + totals.dropped + totals.unsent);
    expect(totals.sent).toBe(
      sum(totals.answeredByStatusClass) + sum(totals.failedByKind) + totals.unanswered,
    );
    expect(Object.keys(totals.failedByKind)).toEqual(
      expect.arrayContaining(['closed', 'reset', 'truncated', 'timeout']),
    );
    expect(totals.answersByPod['web-1']).toBeGreaterThan(0);
    expect(seconds.map(({ due }) => due)).toEqual([100, 100]);
  });

  it('when interrupted tells and keeps what was sent', async () => {
    const target = await server({ delayMs: () => 5 });
    const json = join(temporaryFolder(), 'load.json');
    const lab = startLab(words(`load --url ${target.url} --rate 50 --duration 1h --json ${json}`));
    await lab.waitFor(/sent of 50\/s/);
    await expect.poll(() => target.arrived.length, { timeout: 20_000 }).toBeGreaterThan(60);

    lab.signal('SIGINT');

    await expect(lab.ended).resolves.toEqual({ code: 130, signal: null });
    expect(lab.output()).toContain('!! INTERRUPTED: SIGINT');
    const { end, totals } = reportAt(json);
    expect(end.kind).toBe('interrupted');
    expect(totals.sent).toBeGreaterThan(60);
    expect(totals.sent).toBe(
      sum(totals.answeredByStatusClass) + sum(totals.failedByKind) + totals.unanswered,
    );
  });

  it('sends for users that wait for their answers', async () => {
    const target = await server({ delayMs: () => 20 });

    const closed = await runLab(
      words(`load --url ${target.url}/ --concurrency 2 --duration 1s --ci`),
    );

    expect(closed.code).toBe(0);
    expect(closed.output).toContain('closed model, 2 users for 1s');
    expect(closed.output).toMatch(/^response +\d\d /m);
  });

  it('refuses a port where nobody listens before anything is sent', async () => {
    const closed = await listen(createServer());
    closed.close();

    const { code, output } = await runLab(words(`load --url ${closed.url} --rate 5 --duration 1s`));

    expect(output).toContain(
      `error LOAD_INVALID: --url ${closed.url}: cannot connect to 127.0.0.1 port ${closed.port}: connection refused (ECONNREFUSED); nothing was sent`,
    );
    expect(code).toBe(2);
  });

  it.each([
    {
      name: 'a target that is not this machine',
      url: 'http://192.0.2.1/',
      message: 'expected a target on this machine, found 192.0.2.1; nothing was sent',
    },
    {
      name: 'a host that does not exist',
      url: 'http://no-such-host.invalid/',
      message: 'cannot resolve no-such-host.invalid',
    },
  ])('refuses $name', async ({ url, message }) => {
    const { code, output } = await runLab([
      'load',
      '--url',
      url,
      '--rate',
      '5',
      '--duration',
      '1s',
    ]);

    expect(output).toContain(message);
    expect(code).toBe(2);
  });

  it('tells all faults of its flags at once', async () => {
    const { code, output } = await runLab(['load', '--rate', 'fast', '--duration', '1']);

    expect(output).toContain('the command line has 3 faults');
    expect(code).toBe(2);
  });
});
