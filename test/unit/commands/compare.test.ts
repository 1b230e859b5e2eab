import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measured, noData, type Measure } from '../../../src/analysis/measure.js';
import { runBaseline } from '../../../src/commands/baseline.js';
import { runCompare, type CompareFlags } from '../../../src/commands/compare.js';
import { baselineJsonSchema } from '../../../src/analysis/compare/baseline-file.js';
import { LabError } from '../../../src/core/errors.js';
import { fieldOf, valueAt } from '../../../src/core/json.js';
import { comparisonJsonSchema } from '../../../src/report/compare/json.js';
import { readXml } from '../../support/xml.js';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hpa-lab-compare-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const FAST = [210, 204, 199, 215, 208, 202, 197, 206];
const SLOW = [312, 305, 298, 320, 315, 301, 309, 303];
const CHEAP = [0.002, 0.0021, 0.0019, 0.0022, 0.00205, 0.00195, 0.00215, 0.00185];
const DEAR = CHEAP.map((cost) => cost * 2);

describe('the variants of a matrix', () => {
  it('are compared with its baseline: what is better, what is worse, what not', () => {
    const text = compared([twoVariants()]);

    expect(text).toContain(
      'cpu=50: worse: cost.run; better: responseTime.p99; no difference shown in 1',
    );
    expect(text).toContain('A cpu=70: 0.00203 USD, 3; on the front');
    expect(text).toContain('b cpu=50: 0.00405 USD, 3; dominated by cpu=70');
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('may be compared with another of them', () => {
    const text = compared([twoVariants()], { baseline: 'cpu=50' });

    expect(text).toContain('cpu=70: worse: responseTime.p99; better: cost.run');
  });

  it('count failed trials as without a value, and those to come not at all', () => {
    const path = matrix('m', {
      a: { 'errors.rate': [0.1, 0.2, 0.3] },
      b: { 'errors.rate': [0.1, 0.2, 0.3] },
    });
    edit(join(path, 'matrix.json'), (index) => {
      const trials = fieldOf(index, 'trials');
      if (!Array.isArray(trials)) throw new Error('no trials');
      trials.push({ variant: 'b', trial: 4, outcome: 'failed', because: 'no room' });
      trials.push({ variant: 'b', trial: 5, outcome: 'pending' });
    });

    const text = compared([path], { measures: 'errors.rate' });
    const { variantSummary } = resultsOf([path], { measures: 'errors.rate' })[0] ?? {};

    expect(text).toContain('1 of 4 without a value');
    expect(text).toContain('1 of 8 trials are still to be run');
    expect(variantSummary).toMatchObject({
      trials: 4,
      measured: 3,
      absent: [{ because: 'the trial failed: no room', trials: 1 }],
    });
  });

  it.each([
    {
      because: 'a run that ended early',
      change: { run: { outcome: { kind: 'failed', because: 'x' } } },
    },
    { because: 'a late load generator', change: { generator: { kind: 'saturated' } } },
  ])('have no response times of $because', ({ change }) => {
    const path = twoVariants();
    edit(join(path, 'runs/cpu=50-1/report.json'), (report) => {
      Object.assign(fieldOf(report, 'run') ?? {}, change.run);
      Object.assign(fieldOf(report, 'generator') ?? {}, change.generator);
    });

    const [result] = resultsOf([path], { measures: 'responseTime.p99' });

    expect(result?.variantSummary).toMatchObject({ trials: 8, measured: 7 });
  });
});

describe('run folders', () => {
  it('are trials of one variant where they ran the same, named by what differs', () => {
    const runs = [50, 70].flatMap((target) =>
      FAST.map((value, index) => {
        const path = join(folder, `run-${target}-${index}`);
        writeRun(path, { figures: { 'responseTime.p99': value + target }, seed: index, target });
        return path;
      }),
    );

    const text = compared(runs, { measures: 'responseTime.p99' });

    expect(text).toContain(
      '1 variant with 8 trials compared with averageUtilization=50 (8 trials)',
    );
    expect(text).toContain('averageUtilization=70: worse: responseTime.p99');
  });
});

describe('the A/A check', () => {
  it('shows nothing of trials that are alike', () => {
    expect(compared([twoVariants()], { aa: true })).toContain('A/A check: 4 trials of cpu=70');
  });

  it('raises few false alarms, whatever the seed', () => {
    const values = [...FAST, ...FAST, ...FAST].map((value, index) => value + index / 100);
    const path = matrix('m', { a: { 'responseTime.p99': values } });
    const seeds = Array.from({ length: 20 }, (_, seed) => String(seed));
    const failed = seeds.filter(
      (seed) =>
        failure(() => compared([path], { aa: true, measures: 'responseTime.p99', seed })) !==
        undefined,
    );

    // by chance alone: some, but few
    expect(failed.length).toBeLessThanOrEqual(4);
  });

  it('ends with exit code 4 where the trials that it tells apart are not alike', () => {
    const path = matrix('m', { a: { 'responseTime.p99': [...FAST, ...SLOW] } });
    const errors = Array.from({ length: 60 }, (_, seed) =>
      failure(() =>
        compared([path], { aa: true, measures: 'responseTime.p99', seed: String(seed) }),
      ),
    );

    // a split that has the slow ones together is rare, and is told as what it is
    const found = errors.find((error) => error !== undefined);
    expect(found?.exitCode).toBe(4);
    expect(found?.message).toMatch(/responseTime\.p99/);
  });
});

describe('formats', () => {
  it('has JSON that its published schema allows', () => {
    const json: unknown = JSON.parse(compared([twoVariants()], { format: 'json' }));
    const isValid = new Ajv2020({ strict: false }).compile(comparisonJsonSchema());

    expect(isValid(json) ? [] : isValid.errors).toEqual([]);
    expect(fieldOf(json, 'schemaVersion')).toBe(1);
    expect(valueAt(json, ['front', 'points', 1])).toMatchObject({
      variant: 'cpu=50',
      dominatedBy: ['cpu=70'],
    });
  });

  it('has JUnit in which what is worse is a failure', () => {
    const root = readXml(compared([twoVariants()], { format: 'junit' }));
    const cases = root.children.flatMap(({ children }) => children);
    const failed = cases.filter(({ children }) => children.some(({ name }) => name === 'failure'));

    expect(root.attributes).toMatchObject({ tests: '3', failures: '1', skipped: '0' });
    expect(failed.map(({ attributes }) => attributes['name'])).toEqual(['cost.run']);
  });

  it('has Markdown of a screen, even of many variants, with what is worse first', () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `v|${index}`,
        { 'cost.run': index === 0 ? CHEAP : DEAR },
      ]),
    );
    const lines = compared([matrix('m', many)], { format: 'markdown' }).split('\n');

    expect(lines.length).toBeLessThanOrEqual(45);
    expect(lines.find((line) => line.includes('`cost.run`'))).toMatch(
      /^\| ❌ worse \| v&#124;1 \|/,
    );
  });

  it('has HTML that escapes names, allows no script and loads nothing', () => {
    const name = '<script>alert(1)</script>';
    const path = matrix('m', { a: { 'cost.run': CHEAP }, [name]: { 'cost.run': DEAR } });
    const page = compared([path], { format: 'html' });

    expect(page.replaceAll('&#39;', "'")).toContain("script-src 'none';");
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    expect(page).not.toMatch(/ style="/);
  });

  it('fits a terminal of 100 columns whatever the names and figures', () => {
    const long = 'spec.template.spec.containers[0].resources.requests.cpu=';
    const path = matrix('m', {
      [`${long}100m`]: { 'cost.run': CHEAP, podSeconds: FAST.map((value) => value * 98_765.4321) },
      [`${long}200m`]: { 'cost.run': DEAR, podSeconds: SLOW.map((value) => value * 98_765.4321) },
    });

    expect(widest(compared([path], { measures: 'all' }))).toBeLessThanOrEqual(100);
  });

  it('writes to a file when asked', () => {
    const out = join(folder, 'out.txt');

    expect(compared([twoVariants()], { out })).toBe('');
    expect(readFileSync(out, 'utf8')).toContain('cpu=50: worse: cost.run');
  });
});

describe('a baseline file', () => {
  it('holds the values of every trial, as its published schema says', () => {
    const file: unknown = JSON.parse(readFileSync(kept(twoVariants()), 'utf8'));
    const isValid = new Ajv2020({ strict: false }).compile(baselineJsonSchema());

    expect(isValid(file) ? [] : isValid.errors).toEqual([]);
    expect(valueAt(file, ['variants', 0, 'samples', 'responseTime.p99', 'values'])).toEqual(SLOW);
    expect(fieldOf(fieldOf(file, 'madeFrom'), 'runs')).toHaveLength(16);
  });

  it('passes what is as it was', () => {
    const path = twoVariants();

    expect(failure(() => compared([path], { against: kept(path), failOn: 'worse' }))).toBe(
      undefined,
    );
  });

  it('ends with exit code 4 on a regression, and names it', () => {
    const against = kept(
      matrix('old', { 'cpu=70': { 'responseTime.p99': FAST, 'cost.run': DEAR } }),
    );
    const now = matrix('new', { 'cpu=70': { 'responseTime.p99': SLOW, 'cost.run': CHEAP } });

    const error = failure(() => compared([now], { against, failOn: 'worse' }));

    expect(error?.exitCode).toBe(4);
    expect(error?.message).toContain('1 regression shown');
    expect(error?.message).toContain('responseTime.p99 of cpu=70: worse: 307 ms, baseline 205 ms');
    expect(failure(() => compared([now], { against }))).toBe(undefined);
  });

  it('does not fail where so few trials could show nothing', () => {
    const against = kept(matrix('old', { a: { 'responseTime.p99': FAST } }));
    const now = matrix('new', { a: { 'responseTime.p99': SLOW.slice(0, 1) } });

    expect(failure(() => compared([now], { against, failOn: 'worse' }))).toBe(undefined);
    expect(compared([now], { against })).toMatch(/no difference shown; takes \d trials of each/);
  });

  it.each([
    {
      of: 'another version',
      edit: (file: object) => Object.assign(file, { schemaVersion: 99 }),
      says: 'expected schemaVersion 1, found 99',
    },
    {
      of: 'another experiment',
      edit: (file: object) => Object.assign(file, { experiment: 'other' }),
      says: 'expected a baseline of the experiment spike, found one of other',
    },
    {
      of: 'nothing of the kind',
      edit: (file: object) => Object.assign(file, { kind: 'x' }),
      says: 'expected a baseline file',
    },
    {
      of: 'variants of the same name that set something else',
      edit: (file: unknown) =>
        Object.assign(valueAt(file, ['variants', 0, 'values']) ?? {}, { at: 'elsewhere' }),
      says: 'the variant cpu=70 is another than that of the result: at is "cpu=70", was "elsewhere"',
    },
  ])('of $of is refused', ({ edit: change, says }) => {
    const path = twoVariants();
    const against = kept(path);
    edit(against, change);

    const error = failure(() => compared([path], { against }));

    expect(error?.exitCode).toBe(2);
    expect(error?.message).toContain(says);
  });
});

describe('bad input', () => {
  it('is told all at once', () => {
    const error = failure(() =>
      compared([join(folder, 'nowhere'), twoVariants()], {
        measures: 'responseTime.p9,errors.rate',
        seed: 'x',
        baseline: 'cpu=99',
        against: 'b.json',
      }),
    );

    expect(error?.exitCode).toBe(2);
    expect(error?.message).toContain('found "responseTime.p9" (did you mean responseTime.p90?)');
    expect(error?.message).toContain('--seed: expected a whole number');
    expect(error?.message).toContain('expected one of --baseline and --against');
    expect(error?.message).toContain('nowhere');
  });

  it('of different experiments names each', () => {
    const a = join(folder, 'a');
    const b = join(folder, 'b');
    writeRun(a, { figures: { 'errors.rate': 0 }, seed: 1, target: 50 });
    writeRun(b, { figures: { 'errors.rate': 0 }, seed: 1, target: 50, experiment: 'flapping' });

    const error = failure(() => compared([a, b]));

    expect(error?.code).toBe('RESULT_INVALID');
    expect(error?.message).toMatch(
      /one experiment, found 2: \S+a is of spike; \S+b is of flapping/,
    );
  });

  it.each([
    {
      of: 'a variant that is not there',
      flags: { baseline: 'cpu=99' },
      says: /found "cpu=99"; the variants are cpu=70; cpu=50/,
    },
    {
      of: 'one variant alone',
      flags: {},
      alone: true,
      says: /expected two variants at least, found cpu=70 alone/,
    },
  ])('of $of is refused', ({ flags, alone, says }) => {
    const path = alone === true ? matrix('m', { 'cpu=70': { 'cost.run': CHEAP } }) : twoVariants();

    expect(failure(() => compared([path], flags))?.message).toMatch(says);
  });
});

function twoVariants(): string {
  return matrix('m', {
    'cpu=70': {
      'responseTime.p99': SLOW,
      'cost.run': CHEAP,
      'slo.violationSeconds': [3, 4, 2, 3, 3, 4, 2, 3],
    },
    'cpu=50': {
      'responseTime.p99': FAST,
      'cost.run': DEAR,
      'slo.violationSeconds': [3, 2, 4, 3, 3, 2, 4, 3],
    },
  });
}

type Samples = Readonly<Record<string, readonly number[]>>;

/** A matrix result with a report for each trial; its baseline is the first variant. */
function matrix(name: string, variants: Readonly<Record<string, Samples>>): string {
  const path = join(folder, name);
  const names = Object.keys(variants);
  const trials = Object.entries(variants).flatMap(([variant, samples], at) =>
    Array.from({ length: Object.values(samples)[0]?.length ?? 0 }, (_, index) => {
      const own = `runs/${/^[\w=]+$/.test(variant) ? variant : `v${at}`}-${index + 1}`;
      const figures = Object.fromEntries(
        Object.entries(samples).map(([measure, values]) => [measure, values[index] ?? 0]),
      );
      writeRun(join(path, own), { figures, seed: index, target: 70 });
      return { variant, trial: index + 1, folder: own, outcome: 'completed' };
    }),
  );
  const index = {
    schemaVersion: 1,
    experiment: 'spike',
    target: 'simulated',
    seed: 1,
    baseline: names[0],
    variants: names.map((each) => ({ name: each, values: { at: each } })),
    trials,
  };
  writeFileSync(join(path, 'matrix.json'), JSON.stringify(index));
  return path;
}

const UNITS: Readonly<Record<string, string>> = {
  'cost.run': 'currency',
  'responseTime.p99': 'ms',
  'errors.rate': 'share',
  podSeconds: 'podSeconds',
};

interface RunOptions {
  readonly figures: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Of the HPA. */
  readonly target: number;
  readonly experiment?: string;
}

/** What of a run's folder a comparison reads. */
function writeRun(path: string, { figures, seed, target, experiment = 'spike' }: RunOptions): void {
  const runId = path.split('/').at(-1) ?? '';
  const measures = Object.entries(figures).map(([name, value]): [string, unknown] => {
    const unit = UNITS[name] ?? 'count';
    const currency = unit === 'currency' ? { currency: 'USD' } : {};
    const figure: Measure = Number.isNaN(value) ? noData('none') : measured(value);
    return [name, { unit, ...currency, better: 'lower', figure }];
  });
  const none = noData('not of this test');
  const report = {
    schemaVersion: 2,
    experiment: measured({ name: experiment, question: 'Which?' }),
    run: {
      id: runId,
      startedAt: '2026-01-01T00:00:00.000Z',
      outcome: { kind: 'completed' },
      observedMs: 1,
      loadStartAtMs: none,
    },
    environment: {
      labVersion: '0.1.0',
      nodeVersion: 'v20.19.0',
      platform: 'linux x64',
      cores: 2,
      memoryBytes: 1,
      target: 'simulated',
      clock: 'virtual',
      gitRevision: none,
      seed: measured(seed),
      settings: none,
      manifests: none,
      missing: [],
    },
    generator: { kind: 'modelled', because: 'simulated' },
    measures: Object.fromEntries(measures),
  };
  const header = {
    kind: 'header',
    runId,
    experiment: { name: experiment, seed, thresholds: [] },
    manifests: [
      {
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: { metrics: [{ resource: { target: { averageUtilization: target } } }] },
      },
    ],
  };
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'report.json'), JSON.stringify(report));
  writeFileSync(join(path, 'timeline.ndjson'), `${JSON.stringify(header)}\n`);
}

function edit(path: string, change: (content: object) => unknown): void {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof content !== 'object' || content === null) throw new Error('expected an object');
  change(content);
  writeFileSync(path, JSON.stringify(content));
}

function kept(path: string): string {
  const out = join(dirname(path), 'baseline.json');
  runBaseline([path], { out }, () => undefined);
  return out;
}

function compared(folders: readonly string[], flags: Partial<CompareFlags> = {}): string {
  const texts: string[] = [];
  const all: CompareFlags = { measures: 'main', format: 'ascii', aa: false, ...flags };
  runCompare(folders, all, (text) => texts.push(text));
  return texts.join('');
}

interface JsonResult {
  readonly variantSummary: unknown;
}

function resultsOf(
  folders: readonly string[],
  flags: Partial<CompareFlags>,
): readonly JsonResult[] {
  const json: unknown = JSON.parse(compared(folders, { ...flags, format: 'json' }));
  const results = fieldOf(json, 'results');
  if (!Array.isArray(results)) throw new Error('no results');
  return results.map((result) => ({ variantSummary: fieldOf(result, 'variantSummary') }));
}

function failure(run: () => unknown): LabError | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  return undefined;
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}
