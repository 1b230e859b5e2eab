import { describe, expect, it } from 'vitest';
import { randomParts } from '../../../src/load/random-parts.js';
import { oneRequest, type SessionSpec, type ThinkTime } from '../../../src/load/request-spec.js';
import type { LoadPlan } from '../../../src/load/sender.js';

const PLAN: LoadPlan = {
  load: {
    model: 'open',
    profile: {
      stages: [{ name: 'a', kind: 'constant', ratePerSecond: 5, durationMs: 1_000 }],
    },
    spacing: 'even',
  },
  requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
  connections: { kind: 'per-request' },
  maxConnections: 10,
  maxInFlight: 10,
  timeoutMs: 1_000,
  seed: 3,
};
const CLOSED = { model: 'closed', concurrency: 2, durationMs: 1_000 } as const;
const WALK = {
  name: 'w',
  kind: 'random-walk',
  startPerSecond: 5,
  minPerSecond: 1,
  maxPerSecond: 9,
  stepPerSecond: 1,
  everyMs: 1_000,
  durationMs: 9_000,
  seed: 3,
} as const;

function asking(path: string, more: Partial<SessionSpec> = {}): readonly SessionSpec[] {
  const step = {
    name: 'request',
    request: { method: 'GET', path, headers: {} },
    checks: [],
    extract: {},
  };
  return [{ name: 'request', weight: 1, values: {}, steps: [step], ...more }];
}

function thinking(thinkTime: ThinkTime): readonly SessionSpec[] {
  const [session] = asking('/');
  return asking('/', {
    steps: (session?.steps ?? []).map((step) => Object.assign({ thinkTime }, step)),
  });
}

describe('what a seed decides', () => {
  it.each<[string, Partial<LoadPlan>, readonly string[]]>([
    ['nothing of an even load that asks one thing', {}, []],
    ['nothing of numbers that count', { requests: asking('/${seq}') }, []],
    ['nothing of a closed model', { load: CLOSED }, []],
    ['nothing of a fixed think time', { requests: thinking({ kind: 'fixed', ms: 5 }) }, []],
    [
      'random gaps',
      { load: { model: 'open', profile: { stages: [] }, spacing: 'poisson' } },
      ['the gaps between arrivals'],
    ],
    [
      'random walks',
      { load: { model: 'open', profile: { stages: [WALK] }, spacing: 'even' } },
      ['the rates of random walks'],
    ],
    [
      'which of several requests an arrival is, in a closed model too',
      { load: CLOSED, requests: [...asking('/a'), ...asking('/b', { name: 'b' })] },
      ['which request an arrival is'],
    ],
    ['places in a path', { requests: asking('/${int(1,9)}') }, ['values in requests']],
    [
      'values of a session',
      { requests: asking('/', { values: { u: '${uuid}' } }) },
      ['values in requests'],
    ],
    ['think times', { requests: thinking({ kind: 'exponential', meanMs: 5 }) }, ['think times']],
  ])('is %s', (_, of, parts) => {
    expect(randomParts({ ...PLAN, ...of })).toEqual(parts);
  });
});
