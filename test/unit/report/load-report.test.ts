/** The report of a load that was sent on its own: its accounts, its text, its published shape. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { loadFigures, type SentLoad } from '../../../src/analysis/load-figures.js';
import { LatencyHistogram } from '../../../src/load/histogram.js';
import { oneRequest } from '../../../src/load/request-spec.js';
import type { LoadPlan, LoadSecond, AuditedLoadSummary } from '../../../src/load/sender.js';
import { loadReport, loadReportJsonSchema } from '../../../src/report/load-json.js';
import { loadText, planText } from '../../../src/report/load-text.js';

const PLAN: LoadPlan = {
  load: {
    model: 'open',
    spacing: 'even',
    profile: {
      stages: [{ name: 'load', kind: 'constant', ratePerSecond: 150, durationMs: 3_000 }],
    },
  },
  requests: oneRequest({ method: 'GET', path: '/work', headers: {} }),
  connections: { kind: 'keep-alive' },
  maxConnections: 10,
  maxInFlight: 10,
  timeoutMs: 1_000,
  seed: 1,
};
const FACTS = {
  url: 'http://127.0.0.1:8080/work',
  startedAt: '2026-01-01T00:00:00.000Z',
  environment: {
    labVersion: '0.1.0',
    nodeVersion: 'v20.19.0',
    platform: 'linux x64',
    cores: 2,
    memoryBytes: 8e9,
  },
};

function times(count: number, fromMs: number): string {
  const histogram = new LatencyHistogram();
  for (let index = 0; index < count; index++) histogram.recordMs(fromMs + index);
  return histogram.encode();
}

/** 150 due: 138 answered (8 of them 5xx), 4 timed out, 5 dropped, 2 unsent, 1 unanswered. */
function second(number: number, slowerByMs: number): LoadSecond {
  return {
    second: number,
    due: 150,
    dropped: 5,
    unsent: 2,
    sent: 143,
    late: 3,
    answered: { '2xx': 130, '5xx': 8 },
    failed: { timeout: 4 },
    unanswered: 1,
    responseTime: times(138, 10 + slowerByMs),
    serviceTime: times(138, 10),
    byPod: { 'web-1': 100, 'web-2': 38 },
  };
}

const NOTHING: LoadSecond = {
  second: 0,
  due: 0,
  dropped: 0,
  unsent: 0,
  sent: 0,
  late: 0,
  answered: {},
  failed: {},
  unanswered: 0,
  responseTime: times(0, 0),
  serviceTime: times(0, 0),
  byPod: {},
};

function answeredSecond(due: number, at: number): LoadSecond {
  return { ...NOTHING, second: at, due, sent: due, answered: { '2xx': due } };
}

function summary(because?: string): AuditedLoadSummary {
  return {
    startedAtMs: 0,
    endedAtMs: 3_000,
    engine: 'socket (node:net, Node v20.19.0)',
    audit: {
      sendLagP50Ms: 0.1,
      sendLagP99Ms: 0.8,
      sendLagMaxMs: 2,
      eventLoopLagP99Ms: 1,
      cpuMs: 300,
      elapsedMs: 3_000,
      maxRssBytes: 64 * 2 ** 20,
      isSaturated: because !== undefined,
      ...(because === undefined ? {} : { because }),
    },
  };
}

function sent(change: Partial<SentLoad> = {}): SentLoad {
  return {
    plan: PLAN,
    seconds: [second(0, 0), second(1, 50), second(2, 100)],
    summary: summary(),
    end: { kind: 'completed' },
    ...change,
  };
}

function textOf(change: Partial<SentLoad> = {}, columns = 100): string {
  return loadText(loadFigures(sent(change)), PLAN, columns);
}

describe('what is told before a load begins', () => {
  const profile = {
    stages: [{ name: 'load', kind: 'constant', ratePerSecond: 20, durationMs: 4_000 }],
  } as const;

  it.each([
    {
      spacing: 'even',
      text: 'open model, 80 arrivals in 4s (mean 20/s, peak 20/s, evenly spaced)',
    },
    {
      spacing: 'poisson',
      text: 'open model, 74 arrivals (the rates come to 80) in 4s (mean 20/s, peak 20/s, poisson with seed 1)',
    },
  ] as const)('counts what is really due: $spacing', ({ spacing, text }) => {
    expect(planText({ ...PLAN, load: { model: 'open', spacing, profile } })).toContain(text);
  });
});

describe('the figures of a load', () => {
  it('add up, and tell response and service time apart', () => {
    const figures = loadFigures(sent());

    expect(figures.accountingFaults).toEqual([]);
    expect(figures.errors).toBe(3 * (8 + 4 + 5 + 2));
    expect(figures.errorShare).toEqual({ kind: 'measured', value: 57 / 450 });
    expect(figures.answeredPerSecond).toEqual({ kind: 'measured', value: 138 });
    expect(figures.responseTime.count).toBe(414);
    expect(figures.serviceTime.maxMs).toEqual({ kind: 'measured', value: expect.closeTo(147, 0) });
    expect(figures.responseTime.maxMs).toEqual({ kind: 'measured', value: expect.closeTo(247, 0) });
  });

  it('tell a percentile only of enough answers', () => {
    const { responseTime } = loadFigures(sent());

    expect(responseTime.p99Ms.kind).toBe('measured');
    expect(responseTime.p999Ms).toEqual({
      kind: 'no-data',
      because: 'needs at least 1000 answers, there were 414',
    });
  });

  it.each([
    { name: 'whole, where the load ends with it', perSecond: 138, change: {} },
    {
      name: 'cut, where the load was stopped in it',
      perSecond: (138 * 3) / 2.4,
      change: { end: { kind: 'interrupted', because: 'SIGINT', afterMs: 2_400 } },
    },
    {
      name: 'cut, where a profile ends in it',
      perSecond: (138 * 3) / 2.5,
      change: { plan: { ...PLAN, load: { model: 'closed', concurrency: 2, durationMs: 2_500 } } },
    },
    {
      name: 'the last that was told, where the sender told no more before it died',
      perSecond: 138,
      change: { seconds: [second(0, 0)], end: { kind: 'failed', because: 'it died' } },
    },
  ] satisfies { name: string; perSecond: number; change: Partial<SentLoad> }[])(
    'take the last second as it was: $name',
    ({ perSecond, change }) => {
      expect(loadFigures(sent(change)).answeredPerSecond).toEqual({
        kind: 'measured',
        value: expect.closeTo(perSecond, 6),
      });
    },
  );

  it('of a load without a second are absent', () => {
    const figures = loadFigures(sent({ seconds: [] }));

    expect(figures.errorShare.kind).toBe('no-data');
    expect(figures.answeredPerSecond.kind).toBe('no-data');
    expect(figures.responseTime.p50Ms.kind).toBe('no-data');
  });
});

describe('the summary of a load', () => {
  it('shows the whole accounting', () => {
    const text = textOf();

    expect(text).toContain('450 due = 429 sent + 15 dropped + 6 unsent');
    expect(text).toContain(
      '429 sent = 414 answered (390 2xx, 24 5xx) + 12 failed (12 timeout) + 3 unanswered',
    );
    expect(text).toContain('57 of 450 (12.7 %) (24 5xx, 15 dropped, 12 timeout, 6 unsent)');
    expect(text).toContain('web-1 300 (72.5 %), web-2 114 (27.5 %)');
    expect(text).toContain('kept up (socket');
    expect(text).toMatch(/^response +414 +/m);
    expect(text).toMatch(/^service +414 +/m);
    expect(text).toContain('Requests a second');
    expect(text).toContain('Response time');
    expect(text).not.toContain('!!');
  });

  it('does not say again what was told before it began', () => {
    expect(textOf()).not.toContain(planText(PLAN));
  });

  it('warns where not one request was due', () => {
    const text = textOf({ seconds: [NOTHING] });

    expect(text).toContain('!! NOTHING WAS SENT: ');
    expect(text).not.toContain('kept up');
  });

  it('says first when it is no result', () => {
    const text = textOf({
      summary: summary('p99 of the send lag was 31.0 ms (limit 10 ms)'),
      end: { kind: 'interrupted', because: 'SIGINT', afterMs: 2_400 },
    });

    expect(text).toContain('!! INTERRUPTED: SIGINT.');
    expect(text).toContain('!! GENERATOR SATURATED, NOT A RESULT: p99 of the send lag was 31.0 ms');
  });

  it('draws the rate of a cut second, not what came in it', () => {
    const seconds = [150, 150, 150, 75].map(answeredSecond);
    const end = { kind: 'interrupted', because: 'SIGINT', afterMs: 3_500 } as const;
    const plan = { ...PLAN, load: { model: 'closed', concurrency: 2, durationMs: 9_000 } } as const;

    const text = textOf({ seconds, end, plan });

    const drawn = text.slice(text.indexOf('Requests a second'), text.indexOf('Response time'));
    expect(drawn.split('\n').filter((line) => /[━┄]{5}/.test(line))).toHaveLength(1);
  });

  it('tells what sending took of the machine, of all processes together', () => {
    const of = summary();
    const audit = {
      ...of.audit,
      gcPauseMs: 12.4,
      gcLongestMs: 3.1,
      machineShare: 0.025,
      processes: 2,
    };

    const text = textOf({ summary: { ...of, audit } }, 160);

    expect(text).toContain('2 processes; 0.1 of a core (2.5 % of the machine); 64 MiB the largest');
    expect(text).toContain('paused 12ms to collect garbage, 3.1ms at most');
    expect(textOf()).not.toContain('processes');
  });

  it('says that accounts do not add up, should they ever not', () => {
    expect(textOf({ seconds: [{ ...second(0, 0), due: 151 }] })).toContain(
      'THE ACCOUNTS DO NOT ADD UP (please report it): due = dropped + unsent + sent: 151 against 150',
    );
  });

  it.each([60, 80, 120, 400])('fits %i columns, or 80 to 160', (columns) => {
    const widest = Math.max(
      ...textOf({}, columns)
        .split('\n')
        .map((line) => line.length),
    );

    expect(widest).toBeLessThanOrEqual(Math.min(Math.max(columns, 80), 160));
  });
});

describe('the report of a load as JSON', () => {
  const validate = new Ajv2020({ strict: false }).compile(loadReportJsonSchema());

  it.each([
    { name: 'a whole load', change: {} },
    { name: 'a saturated sender', change: { summary: summary('it was slow') } },
    { name: 'a sender that died', change: { summary: undefined } },
    { name: 'no second at all', change: { seconds: [] } },
    {
      name: 'several kinds of request, sessions and checks',
      change: {
        seconds: [
          {
            ...second(0, 0),
            byRequest: { login: second(0, 0) },
            failedChecks: { 'login: status 503': 1 },
            sessions: { started: 5, finished: 3, failed: 1 },
          },
        ],
      },
    },
  ])('is what the schema says: $name', ({ change }) => {
    const report = loadReport(loadFigures(sent(change)), PLAN, FACTS);

    validate(JSON.parse(JSON.stringify(report)));

    expect(validate.errors).toBeNull();
  });

  it('has the verdict and every second with its percentiles', () => {
    const report = loadReport(loadFigures(sent({ summary: summary('slow') })), PLAN, FACTS);

    expect(report.verdict).toMatchObject({ kind: 'generator saturated', because: 'slow' });
    expect(report.seconds.map(({ responseTime }) => responseTime.p99Ms)).toEqual([
      { kind: 'measured', value: expect.closeTo(146, 0) },
      { kind: 'measured', value: expect.closeTo(196, 0) },
      { kind: 'measured', value: expect.closeTo(246, 0) },
    ]);
  });
});
