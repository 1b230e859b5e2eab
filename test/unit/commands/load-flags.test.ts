/** The flags of `load`: what they come to, and all that is wrong with them at once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadJob, type LoadFlags } from '../../../src/commands/load-flags.js';
import { LabError } from '../../../src/core/errors.js';
import { temporaryFolder } from '../../support/lab-process.js';

const URL = 'http://127.0.0.1:8080/work?cpuMs=5';
const SPIKE = 'experiments/spike.yaml';

function faultsOf(flags: LoadFlags): readonly string[] {
  try {
    loadJob(flags);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'USAGE') throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('the flags of load', () => {
  it.each([
    {
      name: 'a rate and a duration are one stage, connections kept',
      flags: { url: URL, rate: '500', duration: '10s' },
      plan: {
        load: {
          model: 'open',
          spacing: 'even',
          profile: {
            stages: [{ name: 'load', kind: 'constant', ratePerSecond: 500, durationMs: 10_000 }],
          },
        },
        connections: { kind: 'keep-alive' },
        maxConnections: 1_000,
        maxInFlight: 1_000,
        timeoutMs: 5_000,
        seed: 1,
      },
    },
    {
      name: 'users are a closed model, a connection for each',
      flags: { url: URL, concurrency: '8', duration: '1m', timeout: '250ms' },
      plan: {
        load: { model: 'closed', concurrency: 8, durationMs: 60_000 },
        maxConnections: 8,
        maxInFlight: 8,
        timeoutMs: 250,
      },
    },
    {
      name: 'spacing, seed, connections and limits',
      flags: {
        url: URL,
        rate: '300/min',
        duration: '10s',
        spacing: 'poisson',
        seed: '7',
        connections: 'per-request',
        maxInFlight: '50',
      },
      plan: {
        load: { spacing: 'poisson', profile: { stages: [{ ratePerSecond: 5 }] } },
        seed: 7,
        connections: { kind: 'per-request' },
        maxInFlight: 50,
        maxConnections: 50,
      },
    },
    {
      name: 'an experiment, with other spacing',
      flags: { url: URL, profile: SPIKE, spacing: 'poisson', maxConnections: '9' },
      plan: {
        load: {
          spacing: 'poisson',
          profile: {
            stages: [{ name: 'baseline' }, { name: 'spike' }, { name: 'baseline-again' }],
          },
        },
        connections: { kind: 'per-request' },
        maxConnections: 9,
        maxInFlight: 1_000,
      },
    },
    {
      name: 'an https target of one own',
      flags: { url: 'https://localhost/', rate: '1', duration: '1s', insecure: true },
      plan: { tls: { isVerified: false } },
    },
  ])('$name', ({ flags, plan }) => {
    expect(loadJob(flags).plan).toMatchObject(plan);
  });

  it('ask what the URL, the method, headers and the body say', () => {
    const { plan, baseUrl } = loadJob({
      url: URL,
      rate: '1',
      duration: '1s',
      method: 'POST',
      header: ['accept: text/html', 'X-A:b:c'],
      body: 'hello',
    });

    expect(baseUrl).toBe('http://127.0.0.1:8080');
    expect(plan.requests[0]?.steps[0]?.request).toEqual({
      method: 'POST',
      path: '/work?cpuMs=5',
      headers: { accept: 'text/html', 'X-A': 'b:c' },
      body: 'hello',
    });
  });

  it.each([
    { name: 'kept where it names none', line: '', kind: 'keep-alive' },
    { name: 'as it says', line: 'connections: per-request\n', kind: 'per-request' },
  ])('have the connections of a profile $name', ({ line, kind }) => {
    const path = join(temporaryFolder(), 'stages.yaml');
    writeFileSync(path, `${line}stages: [{ name: a, kind: constant, rate: 5, duration: 1s }]\n`);

    expect(loadJob({ url: URL, profile: path }).plan.connections).toEqual({ kind });
  });

  it("ask what the profile's own request says where the URL names no path", () => {
    const { plan } = loadJob({ url: 'http://127.0.0.1:8080', profile: SPIKE });

    expect(plan.requests[0]?.steps[0]?.request.path).toBe('/work?cpuMs=25');
  });
});

describe('the processes that send', () => {
  const flags = { url: URL, rate: '1', duration: '1s' };

  it('are as many as the rate needs, unless it is said how many', () => {
    expect(loadJob(flags).processes).toBe('auto');
    expect(loadJob({ ...flags, processes: 'auto' }).processes).toBe('auto');
    expect(loadJob({ ...flags, processes: '3' }).processes).toBe(3);
  });

  it.each(['0', '65', 'many', '1.5'])('are never %s', (processes) => {
    expect(faultsOf({ ...flags, processes })).toEqual([
      expect.stringMatching(
        `^--processes: expected a whole number from 1 to 64, or auto, found "${processes}"$`,
      ),
    ]);
  });
});

describe('faults of the flags', () => {
  it.each<{ name: string; flags: LoadFlags; faults: readonly string[] }>([
    {
      name: 'all of them at once',
      flags: { url: 'ftp://x', rate: '-1', duration: 'soon', engine: 'warp', seed: '1.5' },
      faults: [
        '--url: expected a URL such as http://127.0.0.1:8080/work, found "ftp://x"',
        '--seed: expected a whole number from 0 to 4294967295, found "1.5"',
        '--duration: expected a duration above 0 with its unit, such as 45s, 1m30s or 250ms, found "soon"',
        '--rate: expected a rate from 0 to 1000000 requests a second, such as 45/s, 300/min or a number (a second), found "-1"',
        '--engine: expected one of auto, socket, undici, autocannon, found "warp"',
      ],
    },
    {
      name: 'a fragment',
      flags: { url: 'http://127.0.0.1:7109/a#frag', rate: '1', duration: '1s' },
      faults: ['--url: expected no fragment, which is never sent to a server, found "#frag"'],
    },
    {
      name: 'a password, which is not printed',
      flags: { url: 'http://user:s3cret@127.0.0.1/', rate: '1', duration: '1s' },
      faults: [
        '--url: expected no user and password (--header "authorization: ..." sends them), found "http://...@127.0.0.1/"',
      ],
    },
    {
      name: 'a password in what is no URL either',
      flags: { url: 'ftp://user:s3c@ret@x/', rate: '1', duration: '1s' },
      faults: ['--url: expected a URL such as http://127.0.0.1:8080/work, found "ftp://...@x/"'],
    },
    {
      name: 'nothing to send',
      flags: { url: URL },
      faults: ['load: expected one of --rate, --concurrency and --profile, found none of them'],
    },
    {
      name: 'two ways to send',
      flags: { url: URL, rate: '1', concurrency: '1', duration: '1s' },
      faults: [
        'load: expected one of --rate, --concurrency and --profile, found --rate and --concurrency',
      ],
    },
    {
      name: 'a rate of 0, for ever',
      flags: { url: URL, rate: '0' },
      faults: [
        '--duration: expected a duration such as 10s, found nothing',
        '--rate: expected a rate above 0, found "0"',
      ],
    },
    {
      name: 'a length beside a profile',
      flags: { url: URL, profile: SPIKE, duration: '1s' },
      faults: ['--duration: expected no such flag with --profile, which says how long, found "1s"'],
    },
    {
      name: 'files that are not there',
      flags: { url: 'http://127.0.0.1', profile: 'gone.yaml', requests: 'gone-too.yaml' },
      faults: [
        expect.stringMatching(/^gone\.yaml: expected a file that can be read, found ENOENT/),
        expect.stringMatching(/^gone-too\.yaml: expected a file that can be read, found ENOENT/),
      ],
    },
    {
      name: 'requests beside another request',
      flags: { url: URL, rate: '1', duration: '1s', requests: 'gone.yaml', body: 'x' },
      faults: [
        '--body: expected no body with GET, found a text of 1 characters',
        '--body: expected no such flag with --requests, which says what is asked, found it',
        '--url: expected no path with --requests, which has its own, found "/work?cpuMs=5"',
        expect.stringMatching(/^gone\.yaml: /),
      ],
    },
    {
      name: 'open-model flags in the closed model',
      flags: { url: URL, concurrency: '2', duration: '1s', spacing: 'even', maxInFlight: '5' },
      faults: [
        '--spacing: expected no such flag with --concurrency, found "even"',
        '--max-in-flight: expected no such flag with --concurrency, found "5"',
      ],
    },
    {
      name: 'a header without a name, and JSON into nowhere',
      flags: {
        url: URL,
        rate: '1',
        duration: '1s',
        header: [': x'],
        json: 'no/such/folder/x.json',
      },
      faults: [
        '--json: expected a file in a folder that exists, found "no/such/folder/x.json"',
        '--header: expected a name and a value, such as "accept: text/html", found ": x"',
      ],
    },
  ])('$name', ({ flags, faults }) => {
    expect(faultsOf(flags)).toEqual(faults);
  });
});
