import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { headersFrom, PrometheusObserver } from '../../src/observe/prometheus.js';
import { PrometheusClient } from '../../src/observe/prometheus-client.js';
import { MetricsEndpoint } from '../../src/observe/metrics-endpoint.js';
import { OtlpExport } from '../../src/observe/otlp-export.js';
import { RunMetrics } from '../../src/observe/run-metrics.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { Recorder } from '../../src/timeline/recorder.js';
import type { TimelineRecord } from '../../src/timeline/record.js';
import { listen } from '../support/loopback.js';
import { freePort } from '../support/real-prometheus.js';

const wall = new WallClock();
/** Waits for nothing: what is tried again is tried at once. */
const hurried = {
  now: () => wall.now(),
  after: (ms: number, task: () => void) => wall.after(ms, task),
  sleep: () => Promise.resolve(),
};
const NEVER = new AbortController().signal;
const RANGE = { fromMs: 1_000_000, toMs: 1_030_000, stepMs: 15_000 };

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

async function serving(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    answer(request, response, new URL(request.url ?? '/', 'http://x'));
  });
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  return listening.url;
}

async function nowhere(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

function matrix(result: unknown): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

function refuse(status: number, body: string): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  };
}

function recorded() {
  const records: TimelineRecord[] = [];
  const recorder = new Recorder({
    clock: hurried,
    startMs: wall.now() - 60_000,
    sink: (record) => records.push(record),
  });
  return { records, recorder };
}

describe('asking a Prometheus', () => {
  it('leaves out what is no number, and keeps labels and instants', async () => {
    const asked: URL[] = [];
    const url = await serving((request, response, at) => {
      asked.push(at);
      expect(request.headers['x-scope-orgid']).toBe('shop');
      const values = [
        [1_000, '1.5'],
        [1_015, 'NaN'],
        [1_030, '+Inf'],
      ];
      response.setHeader('Content-Type', 'application/json');
      response.end(matrix([{ metric: { __name__: 'up', pod: 'a' }, values }]));
    });
    const headers = { 'X-Scope-OrgID': 'shop' };
    const client = new PrometheusClient({ url, headers, clock: hurried });

    const answer = await client.range('up', RANGE, NEVER);

    expect(answer).toEqual({
      kind: 'answer',
      value: [{ labels: { __name__: 'up', pod: 'a' }, points: [[1_000_000, 1.5]] }],
    });
    expect(asked[0]?.pathname).toBe('/api/v1/query_range');
    expect(asked[0]?.searchParams.get('step')).toBe('15');
  });

  it('asks for long ranges in parts, and puts the series together', async () => {
    let parts = 0;
    const url = await serving((_request, response, at) => {
      parts++;
      const start = Number(at.searchParams.get('start'));
      const end = Number(at.searchParams.get('end'));
      expect(end - start + 1).toBeLessThanOrEqual(11_000);
      response.setHeader('Content-Type', 'application/json');
      response.end(
        matrix([
          {
            metric: { pod: 'a' },
            values: [
              [start, '1'],
              [end, '2'],
            ],
          },
        ]),
      );
    });
    const client = new PrometheusClient({ url, headers: {}, clock: hurried });

    const range = { fromMs: 1_000_000, toMs: 25_999_000, stepMs: 1_000 };
    const answer = await client.range('up', range, NEVER);

    expect(parts).toBe(3);
    const points = answer.kind === 'answer' ? (answer.value[0]?.points ?? []) : [];
    expect(points.map(([atMs]) => atMs)).toEqual([
      1_000_000, 10_999_000, 11_000_000, 20_999_000, 21_000_000, 25_999_000,
    ]);
  });

  it('tries again what may pass, and then tells the gap', async () => {
    let asked = 0;
    const url = await serving((_request, response) => {
      asked++;
      if (asked === 1) response.destroy();
      else if (asked === 2) response.writeHead(503).end('busy');
      else response.setHeader('Content-Type', 'application/json').end(matrix([]));
    });
    const client = new PrometheusClient({ url, headers: {}, clock: hurried });
    expect(await client.range('up', RANGE, NEVER)).toEqual({ kind: 'answer', value: [] });
    expect(asked).toBe(3);

    const { records, recorder } = recorded();
    const broken = await serving(refuse(500, '{}'));
    const query = { name: 'cpu', query: 'up', unit: 'count' } as const;
    const base = { headers: {}, stepMs: 5_000, queries: [query, query], clock: hurried };
    await new PrometheusObserver({ ...base, url: broken }).collect(recorder, NEVER);
    // the second query is not waited for
    expect(records).toHaveLength(1);
    expect(records).toMatchObject([
      {
        kind: 'gap',
        source: 'prometheus',
        fromT: 0,
        because: 'Prometheus did not answer: status 500',
      },
    ]);
  });

  it.each([
    [
      'nobody listens',
      undefined,
      {
        code: 'CLUSTER_FAILED',
        message: /expected a Prometheus at .* that answers queries, got: .*ECONNREFUSED/,
      },
    ],
    [
      'it wants to know who asks',
      refuse(401, 'Unauthorized'),
      { code: 'CLUSTER_FAILED', message: /status 401/, hint: /prometheus\.headers/ },
    ],
    [
      'it is something else',
      refuse(200, '<html>'),
      { code: 'CLUSTER_FAILED', message: /something other than JSON of Prometheus/ },
    ],
    [
      'queries are wrong, all of them at once',
      refuse(400, '{"status":"error","errorType":"bad_data","error":"parse error"}'),
      { code: 'EXPERIMENT_INVALID', message: /query a: status 400: parse error[\s\S]*query b:/ },
    ],
  ] as const)('before the run tells when %s', async (...[, answer, expected]) => {
    const url = answer === undefined ? await nowhere() : await serving(answer);
    const queries = ['a', 'b'].map((name) => ({ name, query: 'up(', unit: 'count' }) as const);
    const observer = new PrometheusObserver({
      url,
      headers: {},
      stepMs: 5_000,
      queries,
      clock: hurried,
    });
    await expect(observer.check()).rejects.toMatchObject({
      code: expected.code,
      message: expect.stringMatching(expected.message),
      ...('hint' in expected ? { hint: expect.stringMatching(expected.hint) } : {}),
    });
  });

  it('shifts instants by a clock that differs, and says so', async () => {
    const aheadMs = 3_600_000;
    const url = await serving((_request, response, at) => {
      response.setHeader('Date', new Date(wall.now() + aheadMs).toUTCString());
      response.setHeader('Content-Type', 'application/json');
      const start = Number(at.searchParams.get('start') ?? at.searchParams.get('time'));
      response.end(matrix([{ metric: {}, values: [[start, '7']] }]));
    });
    const query = { name: 'cpu', query: 'up', unit: 'count' } as const;
    const observer = new PrometheusObserver({
      url,
      headers: {},
      stepMs: 5_000,
      queries: [query],
      clock: hurried,
    });
    await observer.check();
    const { records, recorder } = recorded();
    await observer.collect(recorder, NEVER);
    const [told, note] = records;
    const [t] = (told?.kind === 'prometheus' ? told.series[0]?.points[0] : undefined) ?? [NaN];
    expect(Math.abs(t)).toBeLessThan(1_500);
    expect(note).toMatchObject({
      kind: 'note',
      text: expect.stringMatching(/ahead of this machine/),
    });
  });
});

describe('headers from the environment', () => {
  it('are filled in', () => {
    const headers = { Authorization: 'Bearer $TOKEN', Other: '${A_B}x' };
    expect(headersFrom(headers, { TOKEN: 't\n', A_B: 'y' })).toEqual({
      Authorization: 'Bearer t',
      Other: 'yx',
    });
  });

  it('are refused as long as one is missing, all of them named', () => {
    expect(() => headersFrom({ A: '$ONE', B: '$TWO' }, { TWO: '' })).toThrow(
      /headers\.A: .*ONE[\s\S]*headers\.B: .*TWO/,
    );
  });
});

describe('OTLP', () => {
  const base = {
    headers: {},
    metrics: new RunMetrics(),
    clock: hurried,
    attributes: {},
  };

  it.each([
    ['nobody listens', undefined, /ECONNREFUSED/],
    ['it is refused', refuse(404, 'no such page'), /status 404: no such page/],
    [
      'a part is refused with a status of 200',
      refuse(200, '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}'),
      /3 values were rejected: too old/,
    ],
  ] as const)('does not let a run begin when %s', async (...[, answer, reason]) => {
    const url = answer === undefined ? await nowhere() : await serving(answer);
    const exporter = new OtlpExport({ ...base, url, onFailure: () => undefined });
    await expect(exporter.begin()).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringMatching(reason),
    });
  });

  it('tells when the last export does not arrive', async () => {
    let isUp = true;
    const paths: (string | undefined)[] = [];
    const url = await serving((request, response) => {
      paths.push(request.url);
      response.writeHead(isUp ? 200 : 503).end();
    });
    const told: string[] = [];
    const exporter = new OtlpExport({
      ...base,
      url: `${url}/`,
      onFailure: (text) => told.push(text),
    });
    await exporter.begin();
    isUp = false;
    const { records, recorder } = recorded();
    await exporter.end(recorder, NEVER);
    expect(paths).toEqual(Array.from({ length: 4 }, () => '/v1/metrics'));
    expect(told).toEqual([
      expect.stringMatching(/the last metrics did not arrive.*status 503.*; 1 exports before/),
    ]);
    expect(records).toMatchObject([{ kind: 'note', text: told[0] }]);
  });
});

describe('the endpoint of metrics', () => {
  it('answers /metrics alone, and is gone when it is closed', async () => {
    const endpoint = await MetricsEndpoint.open(new RunMetrics(), 0);
    const answer = await fetch(endpoint.url);
    expect(answer.headers.get('content-type')).toMatch(/version=0\.0\.4/);
    expect(await answer.text()).toContain('hpa_lab_requests_due_total 0\n');
    expect((await fetch(new URL('/', endpoint.url))).status).toBe(404);
    expect((await fetch(endpoint.url, { method: 'POST' })).status).toBe(405);
    const { port } = new URL(endpoint.url);
    await expect(MetricsEndpoint.open(new RunMetrics(), Number(port))).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
    });
    await endpoint.close();
    await expect(fetch(endpoint.url)).rejects.toThrow();
  });
});
