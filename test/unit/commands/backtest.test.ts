/** Backtests from the command line: what is read, what is refused, what is said. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type BacktestOptions, runBacktest } from '../../../src/commands/backtest.js';
import { explainRun } from '../../../src/commands/explain.js';
import { LabError } from '../../../src/core/errors.js';
import { encodeRecord } from '../../../src/timeline/codec.js';
import { realRun } from '../../support/real-run.js';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function vector(name: string): string {
  return fileURLToPath(new URL(`../../vectors/${name}`, import.meta.url));
}

const RANGE = vector('recorded-usage/prometheus-range.json');
const SPIKE = gunzipSync(readFileSync(vector('embedded-run/spike.ndjson.gz'))).toString('utf8');
writeFileSync(join(folder, 'timeline.ndjson'), SPIKE);

function manifest(metrics: string, version = 'autoscaling/v2'): string {
  return `apiVersion: ${version}
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 1
  maxReplicas: 20
${metrics}`;
}

const CPU_40 = file(
  'cpu-40.yaml',
  manifest(
    '  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 40 } } }]',
  ),
);
const DEFAULTS: BacktestOptions = {
  hpa: CPU_40,
  explain: false,
  all: false,
  series: 'pods',
  syncPeriod: '15s',
};

async function printed(recording: string, options: Partial<BacktestOptions>): Promise<string[]> {
  const lines: string[] = [];
  await runBacktest(recording, { ...DEFAULTS, ...options }, (line) => lines.push(line));
  return lines;
}

/** Code and lines of the refusal. */
async function refused(run: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return [
      `${error.code} ${error.exitCode}`,
      ...error.message.replaceAll(folder, '.').split('\n'),
    ];
  }
  return ['not refused'];
}

describe('a backtest of a run', () => {
  it('stands beside what was decided, in a table and a plot, and says that the load did not react', async () => {
    const lines = await printed(folder, {});

    expect(lines[0]).toMatch(/^ *at +pods +decided then +the other HPA +its reason$/);
    expect(lines).toContainEqual(expect.stringMatching(/^ *0:49 +3 +6 +6 +cpu \d+ %/));
    expect(lines).toContainEqual(
      'Of 14 syncs the other HPA wants the same at 3, more than what was decided then at 10, fewer at 0,',
    );
    expect(lines).toContainEqual(expect.stringMatching(/^Pods wanted {3}┄┄ decided then/));
    expect(lines.join(' ')).toContain('Note: the load did not react');
  });

  it('is written as data', async () => {
    const path = join(folder, 'out.json');

    await printed(folder, { json: path });

    const data: unknown = JSON.parse(readFileSync(path, 'utf8'));
    expect(data).toMatchObject({
      schemaVersion: 1,
      hpa: { maxReplicas: 20 },
      notes: [expect.stringContaining('the load did not react')],
    });
    expect(data).toHaveProperty(
      'syncs.4',
      expect.objectContaining({
        recordedReplicas: 3,
        thenReplicas: 6,
        otherHpa: expect.objectContaining({ kind: 'rescale', from: 3, to: 6 }),
      }),
    );
  });

  it('explains each decision where asked', async () => {
    expect(await printed(folder, { explain: true })).toContainEqual(
      expect.stringMatching(/^00:49 {2}3 to 6 replicas/),
    );
  });

  it('of a real cluster stands beside what its own HPA wanted', async () => {
    const { header, records } = realRun('D-nominal-scaleup');
    const path = mkdtempSync(join(folder, 'real-'));
    writeFileSync(
      join(path, 'timeline.ndjson'),
      [header, ...records].map((record) => encodeRecord(record)).join(''),
    );

    const lines = await printed(path, {});

    expect(lines[0]).toContain('wanted by the real HPA');
    expect(lines.join(' ')).toContain('reconstructed: modelled from what was observed');
  });
});

describe('a backtest of a recording', () => {
  it('says everything that it assumes', async () => {
    const lines = await printed(RANGE, { request: '200m' });

    expect(lines[0]).toMatch(/^ *at +pods +the other HPA +its reason$/);
    expect(lines).toContainEqual(expect.stringMatching(/^ *2:00 +9 +16 +cpu \d+ %/));
    const notes = lines.join(' ').replaceAll(/\s+/g, ' ');
    for (const note of [
      'the load did not react',
      'the recorded size is the number of pods with a sample at that time',
      'each pod requests 200m of CPU, as --request says',
      'every pod counts as ready while it has samples',
      "it syncs every 15s from the first sample on, with upstream's default settings",
    ]) {
      expect(notes).toContain(note);
    }
  });

  it('takes the request from a Deployment', async () => {
    const deployment = file(
      'deployment.yaml',
      `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: app, image: app, resources: { requests: { cpu: 200m } } }]
`,
    );

    const tables = [{ deployment }, { request: '200m' }].map(async (options) =>
      (await printed(RANGE, options)).slice(0, 25),
    );
    const [fromDeployment, fromRequest] = await Promise.all(tables);
    expect(fromDeployment).toEqual(fromRequest);
  });

  it('needs no request for a target in millicores, nor for one that is no CPU, which it says', async () => {
    const hpa = file(
      'values.yaml',
      manifest(`  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: AverageValue, averageValue: 80m } } }
    - { type: Resource, resource: { name: memory, target: { type: AverageValue, averageValue: 80Mi } } }`),
    );

    const lines = await printed(RANGE, { hpa });

    expect(lines.join(' ')).toContain('the recording holds CPU alone: memory cannot be had');
    expect(lines).toContainEqual(expect.stringMatching(/^ *2:00 +9 +17 +cpu 131m over 9 pods/));
  });

  it('shows of a long one only what changed, unless asked for all', async () => {
    const rows = Array.from(
      { length: 100 },
      (_, index) => `${index * 15},${index < 50 ? 0.1 : 0.3}`,
    );
    const path = file('long.csv', `time,a\n${rows.join('\n')}\n`);

    const [few, all] = [
      await printed(path, { request: '1' }),
      await printed(path, { request: '1', all: true }),
    ];

    expect(few.length).toBeLessThan(40);
    expect(few).toContainEqual(
      expect.stringMatching(/^\d\d more syncs at which nothing was other/),
    );
    expect(all.length).toBeGreaterThan(100);
  });

  it('of one number for all pods needs the size, from a file or a count', async () => {
    const total = file('total.csv', 'time,cores\n0,0.3\n15,0.9\n30,0.9\n');
    const replicas = file('replicas.csv', 'time,replicas\n0,3\n20,6\n');

    const lines = await printed(total, { series: 'total', request: '200m', replicas });

    const rows = lines.map((line) => line.trim().split(/\s+/).slice(0, 3));
    expect(
      rows
        .slice(2)
        .filter(([at = '']) => /^0:(00|15|30)$/.test(at))
        .slice(0, 3),
    ).toEqual([
      ['0:00', '3', '4'],
      ['0:15', '3', '6'],
      ['0:30', '6', '12'],
    ]);
  });

  it('tells all faults of options and files at once', async () => {
    const broken = file('broken.csv', 'time,a\nsoon,1\n0,much\n');

    expect(
      await refused(() =>
        printed(broken, { series: 'total', request: 'lots', syncPeriod: '10ms', replicas: broken }),
      ),
    ).toEqual([
      'USAGE 2',
      '--sync-period: expected a time of at least 1s such as 15s, got "10ms"',
      '--request: expected an amount of CPU such as 200m, got "lots"',
      ...['1', '2'].flatMap(() => [
        './broken.csv:2:1: expected a time: seconds, milliseconds since the epoch or an ISO 8601 date, got "soon"',
        './broken.csv:3:3: expected a number such as 0.25 or 250m, at least 0, got "much"',
      ]),
    ]);
  });

  it.each([
    {
      name: 'no request',
      options: {},
      fault: /^expected --request or --deployment .* the HPA divides by it$/,
    },
    {
      name: 'one number for all pods and no size',
      options: { series: 'total', request: '1' },
      fault: /^expected --replicas with the size over time/,
    },
    {
      name: 'two requests',
      options: { request: '1', deployment: CPU_40 },
      fault: /^--request, --deployment: expected one of them, got both$/,
    },
    {
      name: 'a Deployment that is none',
      options: { deployment: CPU_40 },
      fault: /cpu-40\.yaml: expected one Deployment, got 0$/,
    },
  ] as const)('with $name is refused', async ({ options, fault }) => {
    const [code, ...faults] = await refused(() => printed(RANGE, options));

    expect(code).toMatch(/^(USAGE|MANIFEST_INVALID) 2$/);
    expect(faults).toContainEqual(expect.stringMatching(fault));
  });

  it('with times of two units is refused, not decided for ever', async () => {
    const path = file('units.csv', `time,a\n0,1\n${Date.UTC(2026, 10, 22)},1\n`);

    expect(await refused(() => printed(path, { request: '1' }))).toEqual([
      'USAGE 2',
      './units.csv: expected at most 1,000,000 syncs from its first time to its last, got 1970-01-01T00:00:00.000Z to 2026-11-22T00:00:00.000Z: are all times in one unit?',
    ]);
  });

  it('that is not there is refused', async () => {
    expect(await refused(() => printed(join(folder, 'none.csv'), {}))).toEqual([
      'USAGE 2',
      expect.stringContaining('cannot read ./none.csv'),
    ]);
  });
});

describe('the other HPA', () => {
  it('may be one of autoscaling/v1', async () => {
    const hpa = file('v1.yaml', manifest('  targetCPUUtilizationPercentage: 40', 'autoscaling/v1'));

    const lines = await printed(folder, { hpa });

    expect(lines.slice(0, 16)).toEqual((await printed(folder, {})).slice(0, 16));
  });

  it('is refused in upstream’s words, every fault with its field and its place', async () => {
    const hpa = file(
      'wrong.yaml',
      `# first another object
apiVersion: v1
kind: Namespace
metadata: { name: x }
---
${manifest(`  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: -1 } }
  behavior:
    scaleUp: { stabilizationWindowSeconds: 99999 }`).replace('minReplicas: 1', 'minReplicas: 30')}`,
    );

    expect(await refused(() => printed(folder, { hpa }))).toEqual([
      'MANIFEST_INVALID 2',
      './wrong.yaml:12:16: spec.maxReplicas: Invalid value: 20: must be greater than or equal to `minReplicas`',
      './wrong.yaml:15:79: spec.metrics[0].resource.target.averageUtilization: Invalid value: -1: must be greater than 0',
      './wrong.yaml:17:44: spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 99999: must be less than or equal to 3600',
    ]);
  });

  it('is refused with a field that there is not', async () => {
    const hpa = file('misspelt.yaml', manifest('  behaviour: {}'));

    expect(await refused(() => printed(folder, { hpa }))).toEqual([
      'MANIFEST_INVALID 2',
      './misspelt.yaml:8:14: spec.behaviour: unknown field "spec.behaviour"',
    ]);
  });

  it.each([
    {
      name: 'no HPA',
      text: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: x }\n',
      got: 'v1 Namespace',
    },
    { name: 'nothing', text: '', got: 'nothing' },
    {
      name: 'two HPAs',
      text: `${manifest('')}\n---\n${manifest('')}`,
      got: 'autoscaling/v2 HorizontalPodAutoscaler, autoscaling/v2 HorizontalPodAutoscaler',
    },
  ])('is refused as $name', async ({ text, got }) => {
    const hpa = file('not-one.yaml', text);

    expect(await refused(() => printed(folder, { hpa }))).toEqual([
      'MANIFEST_INVALID 2',
      `./not-one.yaml: expected one HorizontalPodAutoscaler of autoscaling/v2 or v1, got ${got}`,
    ]);
  });
});

async function explained(at?: string): Promise<string[]> {
  const lines: string[] = [];
  explainRun(folder, at, (line) => lines.push(line));
  return lines;
}

describe('explain', () => {
  it('tells every decision, or the last up to a time', async () => {
    const heads = (await explained()).filter((line) => /^-?\d\d:\d\d {2}/.test(line));
    const [one] = await explained('00:49');

    expect(heads).toHaveLength(14);
    expect(one).toMatch(/^00:49 {2}3 to 6 replicas/);
    expect((await explained('99:00'))[0]).toMatch(/^03:04/);
    expect((await explained('-0:11'))[0]).toMatch(/^-00:11 {2}cannot decide/);
  });

  it.each([
    { name: 'a time that is none', at: 'soon', fault: '--at: expected minutes and seconds' },
    { name: 'a time before the first decision', at: '-5:00', fault: '--at: there was no decision' },
  ])('refuses $name', async ({ at, fault }) => {
    expect(await refused(() => explained(at))).toEqual(['USAGE 2', expect.stringContaining(fault)]);
  });

  it.each([
    { name: 'decisions of an older shape', from: '"strangers":', to: '"unknown":' },
    {
      name: 'decisions alone, without what they were made from',
      from: '"sync":{"scale"',
      to: '"was":{"scale"',
    },
  ])('says so of $name', async ({ from, to }) => {
    const path = mkdtempSync(join(folder, 'old-'));
    writeFileSync(join(path, 'timeline.ndjson'), SPIKE.replaceAll(from, to));

    const [code, text] = await refused(async () => explainRun(path, undefined, () => undefined));

    expect(code).toBe('RESULT_INVALID 2');
    expect(text).toContain("its decisions are of another version's shape");
  });

  it('says so of a run without decisions', async () => {
    const path = mkdtempSync(join(folder, 'none-'));
    const lines = SPIKE.split('\n').filter((line) => !line.includes('"hpa-decision"'));
    writeFileSync(join(path, 'timeline.ndjson'), lines.join('\n'));

    expect(await refused(async () => explainRun(path, undefined, () => undefined))).toEqual([
      'RESULT_INVALID 2',
      expect.stringContaining('the run holds no decision of an HPA'),
    ]);
  });
});
