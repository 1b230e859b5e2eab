import { describe, expect, it } from 'vitest';
import { RequestScript } from '../../../src/load/request-script.js';
import type { SessionSpec, ThinkTime } from '../../../src/load/request-spec.js';
import { aSession, aStep } from '../../support/a-session.js';

function aScript(sessions: readonly SessionSpec[], seed = 1): RequestScript {
  return new RequestScript({ sessions, timeoutMs: 5_000, seed, mix: 'even' });
}

const shop = aSession(
  'shop',
  [
    aStep('search', {
      request: { method: 'GET', path: '/search?q=${term}', headers: { 'x-user': '${user}' } },
      extract: { first: { kind: 'json', path: 'items[0]' } },
    }),
    aStep('buy', {
      timeoutMs: 900,
      request: { method: 'POST', path: '/buy/${first}', headers: {}, body: '{"user":"${user}"}' },
    }),
  ],
  { values: { user: 'u${int(1,1000000)}', term: '${choice(a,b)}-${user}' } },
);

describe('the requests of a plan', () => {
  it('that are always the same are one and the same object', () => {
    const script = aScript([aSession('a', [aStep('x')]), aSession('b', [aStep('x')])]);
    const seen = new Set(Array.from({ length: 50 }, (_, number) => script.first(number)));

    expect(seen.size).toBe(2);
    for (const request of seen) expect(request).toMatchObject({ isFixed: true, kept: 'nothing' });
  });

  it('have the values of their session, the same in all its steps', () => {
    const script = aScript([shop]);
    const first = script.first(3);
    const user = first.headers['x-user'] ?? '';

    expect(user).toMatch(/^u\d+$/);
    expect(first.path).toMatch(new RegExp(`^/search\\?q=[ab]-${user}$`));
    expect(first).toMatchObject({ isFixed: false, kept: 'body', timeoutMs: 5_000 });

    const content = { header: () => undefined, body: '{"items":["i 9"]}', isBodyCut: false };
    expect(script.failedCheck(first, 200, content)).toBeUndefined();
    expect(script.next(first)).toMatchObject({
      method: 'POST',
      path: '/buy/i%209',
      body: `{"user":"${user}"}`,
      kept: 'nothing',
      timeoutMs: 900,
    });
  });

  it('tell which kind failed which check, where there are several kinds', () => {
    const script = aScript([shop]);
    const content = { header: () => undefined, body: 'oops', isBodyCut: false };

    expect(script.failedCheck(script.first(0), 200, content)).toBe('shop/search: no first');
    expect(script.kinds).toEqual(['shop/search', 'shop/buy']);
  });

  it('end with the last step', () => {
    const script = aScript([aSession('a', [aStep('x')])]);

    expect(script.next(script.first(0))).toBeUndefined();
    expect(script.hasSteps).toBe(false);
    expect(aScript([shop]).hasSteps).toBe(true);
  });

  it('depend on the seed and the number of their arrival alone', () => {
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const forwards = paths(5, numbers);
    const backwards = paths(5, numbers.toReversed());

    expect(numbers.map((n) => forwards.get(n))).toEqual(numbers.map((n) => backwards.get(n)));
    expect([...paths(6, numbers).values()]).not.toEqual([...forwards.values()]);
    expect(new Set(forwards.values()).size).toBe(40);
  });
});

describe('a think time', () => {
  it('is none unless there is one', () => {
    const script = aScript([aSession('a', [aStep('x')])]);

    expect(script.thinkMs(script.first(0))).toBe(0);
  });

  it('that is fixed is always the same', () => {
    expect(new Set(times({ kind: 'fixed', ms: 250 }))).toEqual(new Set([250]));
  });

  it('that is uniform lies between its ends', () => {
    const found = times({ kind: 'uniform', minMs: 100, maxMs: 300 });

    expect(Math.min(...found)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...found)).toBeLessThan(300);
    expect(mean(found) / 200).toBeCloseTo(1, 1);
  });

  it('that is exponential has its mean, and a tail', () => {
    const found = times({ kind: 'exponential', meanMs: 200 });

    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    expect(mean(found) / 200).toBeCloseTo(1, 1);
    expect(found.filter((each) => each > 400).length / 4_000).toBeCloseTo(Math.exp(-2), 1);
  });
});

function paths(seed: number, numbers: readonly number[]): ReadonlyMap<number, string> {
  const script = aScript([shop], seed);
  return new Map(numbers.map((number) => [number, script.first(number).path]));
}

function times(thinkTime: ThinkTime): readonly number[] {
  const script = aScript([aSession('a', [aStep('x', { thinkTime })])]);
  return Array.from({ length: 4_000 }, (_, number) => script.thinkMs(script.first(number)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
