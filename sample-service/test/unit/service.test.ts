import { afterEach, describe, expect, it } from 'vitest';
import { LAG_TICK_MS } from '../../src/event-loop-lag.js';
import { buildService, type Service } from '../../src/service.js';
import { settings } from '../settings.js';

const started: Service[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ app }) => app.close()));
});

/** A service on a clock that a test sets. */
function aService(env: Readonly<Record<string, string>> = {}) {
  const clock = { nowMs: 10_000 };
  const logged: string[] = [];
  const service = buildService({
    config: settings({ WORK_CPU_MS: '1', ...env }),
    podName: 'a-pod',
    elapsedMs: () => clock.nowMs,
    log: (line) => logged.push(line),
  });
  started.push(service);
  const get = async (url: string) => {
    const { statusCode, headers, body } = await service.app.inject({ method: 'GET', url });
    return { status: statusCode, headers, body };
  };
  return { service, get, clock, logged };
}

describe('GET /work', () => {
  it('answers with the name of its pod and what the work took', async () => {
    const { status, headers, body } = await aService().get('/work');

    const answer: unknown = JSON.parse(body);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'x-pod-name': 'a-pod' });
    expect(headers['content-type']).toContain('application/json');
    expect(answer).toEqual({
      pod: 'a-pod',
      cpuMs: 1,
      elapsedMs: expect.any(Number),
    });
  });

  it('takes the CPU time that a request asks for, scaled to real cores', async () => {
    const { get } = aService({ CPU_SCALE: '0.1' });
    const before = process.cpuUsage();

    const { body } = await get('/work?cpuMs=300');

    const { user, system } = process.cpuUsage(before);
    expect(body).toContain('"cpuMs":300');
    expect((user + system) / 1_000).toBeGreaterThanOrEqual(30);
    expect((user + system) / 1_000).toBeLessThan(150);
  });

  it('refuses more than the bound, and says what the bound is', async () => {
    const { status, body } = await aService({ WORK_CPU_MS_MAX: '50' }).get('/work?cpuMs=51');

    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({
      error: 'cpuMs: expected a number from 0 to 50 (WORK_CPU_MS_MAX), got "51"',
    });
  });

  it('does no work while the service starts', async () => {
    const { get, clock } = aService({ START_DELAY_MS: '12000' });

    expect((await get('/work')).status).toBe(503);
    clock.nowMs = 12_000;
    expect((await get('/work')).status).toBe(200);
  });

  it('works on while readiness fails or the service drains: whoever still asks is answered', async () => {
    const { get, service } = aService({ READY_FAIL_FROM_MS: '0' });
    service.beginDraining();

    expect((await get('/work')).status).toBe(200);
  });

  it('holds memory for a request when it is told to', async () => {
    const { get } = aService({ REQUEST_MEMORY_KIB: '20480' });
    const before = process.memoryUsage().arrayBuffers;

    const { status } = await get('/work?cpuMs=0');

    expect(status).toBe(200);
    // Less may be left when something else was freed meanwhile.
    const held = process.memoryUsage().arrayBuffers - before;
    expect(held).toBeGreaterThanOrEqual(0.9 * 20_480 * 1_024);
  });
});

describe('GET /healthz', () => {
  it('is well as long as it answers at all', async () => {
    const { get, service } = aService({ START_DELAY_MS: '99999', READY_FAIL_FROM_MS: '0' });
    service.beginDraining();

    expect(await get('/healthz')).toMatchObject({ status: 200, body: '{"alive":true}' });
  });
});

describe('GET /ready', () => {
  it('is ready', async () => {
    expect(await aService().get('/ready')).toMatchObject({ status: 200, body: '{"ready":true}' });
  });

  it('is not while it drains, says why, and asks clients to close their connections', async () => {
    const { get, service } = aService();
    service.beginDraining();

    const { status, headers, body } = await get('/ready');

    expect(status).toBe(503);
    expect(headers.connection).toBe('close');
    expect(JSON.parse(body)).toEqual({
      ready: false,
      reasons: [{ reason: 'draining', message: expect.any(String) }],
    });
  });

  it('is not while the event loop is too late', async () => {
    const { get, clock } = aService({ READY_MAX_EVENT_LOOP_LAG_MS: '400' });
    clock.nowMs += LAG_TICK_MS + 401;

    const { status, body } = await get('/ready');

    expect(status).toBe(503);
    expect(body).toContain('the event loop was 401 ms late; at most 400 ms are allowed');
  });
});

describe('GET /metrics', () => {
  it('counts requests and their durations by route and status', async () => {
    const { get } = aService();
    await get('/work?cpuMs=0');
    await get('/work?cpuMs=0');
    await get('/work?cpuMs=x');
    await get('/nothing/here');

    const { headers, body } = await get('/metrics');

    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(body).toContain('http_requests_total{route="/work",status="200"} 2');
    expect(body).toContain('http_requests_total{route="/work",status="400"} 1');
    expect(body).toContain('http_requests_total{route="unmatched",status="404"} 1');
    expect(body).toContain('http_request_duration_seconds_count{route="/work",status="200"} 2');
    expect(body).toMatch(/http_request_duration_seconds_bucket\{le="0\.05",route="\/work"/);
  });

  it('tells its own state as it is at the scrape', async () => {
    const { get, clock } = aService();
    clock.nowMs += LAG_TICK_MS + 250;

    const { body } = await get('/metrics');

    expect(body).toContain('http_requests_in_flight 1\n');
    expect(body).toContain('nodejs_eventloop_lag_seconds 0.25\n');
    expect(sampleOf(body, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(sampleOf(body, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  });

  it('keeps two services in one process apart', async () => {
    const [one, other] = [aService(), aService()];
    await one.get('/healthz');

    expect((await other.get('/metrics')).body).not.toContain('route="/healthz"');
  });

  it('has counted CPU that was used since the last scrape once', async () => {
    const { get } = aService();
    const before = sampleOf((await get('/metrics')).body, 'process_cpu_seconds_total');
    await get('/work?cpuMs=100');

    const used = sampleOf((await get('/metrics')).body, 'process_cpu_seconds_total') - before;

    expect(used).toBeGreaterThanOrEqual(0.1);
    expect(used).toBeLessThan(0.1 + before);
  });
});

describe('a fault of the service itself', () => {
  it('is answered with 500 and logged with its place', async () => {
    const { service, get, logged } = aService();
    service.app.get('/broken', () => {
      throw new Error('a planted fault');
    });

    expect(await get('/broken')).toMatchObject({
      status: 500,
      body: '{"error":"a planted fault"}',
    });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/^GET \/broken: Error: a planted fault\n.*service\.test\.ts/);
  });
});

function sampleOf(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no ${name} in:\n${text}`);
  return Number(line.slice(name.length + 1));
}
