import { describe, expect, it } from 'vitest';
import {
  isSame,
  parsePath,
  patchBetween,
  withValueAt,
} from '../../../src/experiment/matrix-path.js';
import { folderNames, plannedTrials } from '../../../src/experiment/matrix-order.js';
import { mergePatch } from '../../../src/core/merge-patch.js';
import { parseMatrix, type ParsedMatrix } from '../../../src/experiment/parse-matrix.js';

const FILE = `name: m
question: What?
manifests: [m]
underTest: { deployment: web }
load:
  stages:
    - { name: a, kind: constant, rate: 1/s, duration: 10s }
    - { name: b, kind: constant, rate: 2/s, duration: 10s }
  request: { path: / }
`;
const FIRST_LINE = FILE.split('\n').length;

describe('a path', () => {
  it.each([
    ['a name', 'settle', ['settle']],
    ['names and indexes', 'load.stages[1].rate', ['load', 'stages', 1, 'rate']],
    [
      'a name in quotes',
      'deployment.metadata.labels["a.b/c"]',
      ['deployment', 'metadata', 'labels', 'a.b/c'],
    ],
    ['nothing', '', undefined],
    ['two dots', 'a..b', undefined],
    ['a dot at the end', 'a.', undefined],
    ['an index first', '[0].a', undefined],
    ['a word as index', 'a[x]', undefined],
    ['no dot after an index', 'a[0]b', undefined],
  ])('of %s', (_, text, steps) => {
    expect(parsePath(text)).toEqual(steps);
  });

  it('leads to a value that is set, made or taken away, and the rest stays', () => {
    const before = { a: [{ b: 1 }, { b: 2 }], c: 3 };
    expect(withValueAt(before, ['a', 1, 'b'], 9)).toEqual({ a: [{ b: 1 }, { b: 9 }], c: 3 });
    expect(withValueAt(before, ['d', 'e'], 9)).toEqual({ ...before, d: { e: 9 } });
    expect(withValueAt(before, ['c'], null)).toEqual({ a: before.a });
    expect(before).toEqual({ a: [{ b: 1 }, { b: 2 }], c: 3 });
  });

  it.each([
    ['a field changed deep inside', { a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }],
    ['a field gone', { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ['a list changed', { a: [1, 2] }, { a: [2] }],
    ['a mapping instead of a number', { a: 1 }, { a: { b: 2 } }],
  ])('patch: %s', (_, before, after) => {
    expect(mergePatch(before, patchBetween(before, after))).toEqual(after);
  });

  it('patch: none where nothing differs', () => {
    expect(patchBetween({ a: [{ b: 1 }] }, { a: [{ b: 1 }] })).toBeUndefined();
    expect(isSame({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(isSame([1], { 0: 1 })).toBe(false);
  });
});

describe('the variants of a matrix', () => {
  it('are all combinations but those excluded, then those with a name', () => {
    const parsed = matrix(`
  load.stages[1].rate: [3/s, 4/s]
  settle: [10s, 20s]
  exclude: [{ settle: 10s, "load.stages[1].rate": 4/s }]
  variants:
    - { name: slow loops, values: { embedded.hpaController.syncPeriod: 30s } }
  baseline: slow loops`);
    expect(parsed.faults).toEqual([]);
    expect(parsed.variants.map(({ name }) => name)).toEqual([
      'rate=3/s,settle=10s',
      'rate=3/s,settle=20s',
      'rate=4/s,settle=20s',
      'slow loops',
    ]);
    const [first, , third, last] = parsed.variants;
    expect(first?.values).toEqual({ 'load.stages[1].rate': '3/s', settle: '10s' });
    expect(first?.experiment.settleMs).toBe(10_000);
    expect(ratesOf(third)).toEqual([1, 4]);
    expect(last?.experiment.embedded.hpaController.syncPeriodMs).toBe(30_000);
    expect(parsed.experiment?.settleMs).toBe(25_000);
    expect(parsed.baseline).toBe('slow loops');
  });

  it('are told apart by as much of their paths as is needed', () => {
    const parsed = matrix(`
  load.stages[0].rate: [1/s]
  load.stages[1].rate: [2/s, 3/s]`);
    expect(parsed.variants.map(({ name }) => name)).toEqual([
      'stages[0].rate=1/s,stages[1].rate=2/s',
      'stages[0].rate=1/s,stages[1].rate=3/s',
    ]);
  });

  it('take whole profiles by name', () => {
    const parsed = matrix(`
  load.stages:
    calm: [{ name: a, kind: constant, rate: 1/s, duration: 10s }]
    steep: [{ name: a, kind: ramp, from: 1/s, to: 9/s, duration: 10s }]
  baseline: { hpa.spec.maxReplicas: 5 }
  hpa.spec.maxReplicas: [5]`);
    expect(parsed.faults.map(({ path, found }) => [path, found])).toEqual([
      ['matrix.baseline', 'values that 2 of them have'],
    ]);
    expect(parsed.variants.map(({ name }) => name)).toEqual([
      'stages=calm,maxReplicas=5',
      'stages=steep,maxReplicas=5',
    ]);
    expect(parsed.variants[0]?.objectSettings.map(({ value }) => value)).toEqual([5]);
  });

  it('are one when there are only trials', () => {
    const parsed = parse(`${FILE}trials: 4\n`);
    expect(parsed).toMatchObject({ isMatrix: true, trials: 4, faults: [] });
    expect(parsed.variants.map(({ name }) => name)).toEqual(['as-is']);
    expect(parse(FILE).isMatrix).toBe(false);
  });
});

describe('a matrix with faults', () => {
  it.each([
    [
      'a path that names nothing',
      'load.stagees[1].rate: [3/s]',
      { line: 2, column: 3, expected: /a field of load .*stages/ },
    ],
    [
      'an item that is not there',
      'load.stages[2].rate: [3/s]',
      { line: 2, column: 3, expected: /from \[0\] to \[1\]/ },
    ],
    [
      'a field below a single value',
      'name.x: [1]',
      { line: 2, column: 3, expected: /other than name/ },
    ],
    ['no path at all', '"a..b": [1]', { line: 2, column: 3, expected: /the path of a field/ }],
    [
      'a value that the schema refuses',
      'load.stages[1].rate: [3/s, fast]',
      { line: 2, column: 30, expected: /a rate/ },
    ],
    ['no values', 'settle: []', { line: 2, column: 11, expected: /at least one value/ }],
    ['one value alone', 'settle: 10s', { line: 2, column: 11, expected: /a list of values/ }],
    ['a value twice', 'settle: [10s, 10s]', { line: 2, column: 17, expected: /each value once/ }],
    [
      'a baseline that is none',
      'settle: [10s]\n  baseline: settle=9s',
      { line: 3, column: 13, expected: /the name of a variant: settle=10s/ },
    ],
    [
      'two variants of one name',
      'variants:\n    - { name: x }\n    - { name: x }',
      { line: 4, column: 15, expected: /no other variant/ },
    ],
    [
      'an exclusion of a path that is not varied',
      'settle: [10s]\n  exclude: [{ setle: 10s }]',
      { line: 3, column: 15, expected: /one of the paths of the matrix: settle/ },
    ],
    [
      'an exclusion of a value that is not there',
      'settle: [10s]\n  exclude: [{ settle: 9s }]',
      { line: 3, column: 23, expected: /one of its values: 10s/ },
    ],
    [
      'nothing left',
      'settle: [10s]\n  exclude: [{ settle: 10s }]',
      { line: 3, column: 12, expected: /leave at least one/ },
    ],
    [
      'too many combinations',
      `settle: [${Array.from({ length: 400 }, (_, n) => `${n}s`).join()}]\n  coolDown: [${Array.from({ length: 400 }, (_, n) => `${n}s`).join()}]`,
      { line: 2, column: 3, expected: /at most 100000 variants/ },
    ],
    [
      'a kind of object changed',
      'hpa.kind: [Pod]',
      { line: 2, column: 3, expected: /spec, its labels/ },
    ],
  ])('%s is told with its place', (_, text, { line, column, expected }) => {
    const faults = matrix(`\n  ${text}`).faults;
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ fileName: 'm.yaml', line: FIRST_LINE + line - 1, column });
    expect(faults[0]?.expected).toMatch(expected);
  });

  it('is told when it is empty', () => {
    const faults = parse(`${FILE}matrix: {}\n`).faults;
    expect(faults.map(({ line, expected }) => [line, expected])).toEqual([
      [FIRST_LINE, 'at least one path with values, or one of variants'],
    ]);
  });

  it('has all of them told at once, also where its shape is wrong', () => {
    const faults = matrix(`
  settle: []
  load.stages[7].rate: [1/s]
  load.stages[0].rate: [quick]
  baseline: nope
  variants: [{ name: x, values: { sede: 1 } }]
trials: 0`).faults;
    expect(faults.map(({ line }) => line - FIRST_LINE)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('planned trials', () => {
  const variants = ['a', 'b', 'c', 'd', 'e', 'f'];

  it('have every variant once in each round, in another order, and a seed of their own', () => {
    const trials = plannedTrials(variants, { trials: 5, seed: 1 });
    const rounds = [1, 2, 3, 4, 5].map((round) =>
      trials.slice((round - 1) * 6, round * 6).map(({ variant, trial }) => `${variant}${trial}`),
    );
    for (const [index, round] of rounds.entries()) {
      expect(round.toSorted()).toEqual(variants.map((name) => `${name}${index + 1}`));
    }
    const orders = rounds.map((round) => round.map((name) => name[0]).join(''));
    expect(new Set(orders).size).toBeGreaterThan(1);
    expect(new Set(trials.map(({ seed }) => seed)).size).toBe(30);
    expect(plannedTrials(variants, { trials: 5, seed: 1 })).toEqual(trials);
    expect(plannedTrials(variants, { trials: 5, seed: 2 })).not.toEqual(trials);
  });

  it('keep their seeds when variants or trials are added', () => {
    const few = plannedTrials(['a', 'b'], { trials: 2, seed: 1 });
    const many = plannedTrials(variants, { trials: 9, seed: 1 });
    for (const { variant, trial, seed } of few) {
      expect(many).toContainEqual({ variant, trial, seed, outcome: 'pending' });
    }
  });

  it('have folders whose names do not collide', () => {
    const names = folderNames(['a b', 'a/b', 'A-B', '../x', '']);
    expect([...names.values()]).toEqual(['a-b', 'a-b-v2', 'A-B-v3', 'x', 'variant']);
  });
});

function parse(text: string): ParsedMatrix {
  return parseMatrix(text, { fileName: 'm.yaml', resolvePath: (path) => path, measures: [] });
}

function matrix(text: string): ParsedMatrix {
  return parse(`${FILE}matrix:${text}\n`);
}

function ratesOf(variant: ParsedMatrix['variants'][number] | undefined): readonly unknown[] {
  const load = variant?.experiment.load.load;
  return load?.model === 'open'
    ? load.profile.stages.map((stage) => ('ratePerSecond' in stage ? stage.ratePerSecond : stage))
    : [];
}
