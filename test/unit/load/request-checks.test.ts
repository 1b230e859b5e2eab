import { describe, expect, it } from 'vitest';
import { type AnswerContent, Judge } from '../../../src/load/request-checks.js';
import type { CheckSpec, ExtractionSpec } from '../../../src/load/request-spec.js';

const BODY = '{"user":{"id":7,"name":"Ann","tags":["a","b"],"boss":null},"ok":true}';

function content(body = BODY, of: Partial<AnswerContent> = {}): AnswerContent {
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/json',
    'x-n': '12',
  };
  return { header: (name) => headers[name.toLowerCase()], body, isBodyCut: false, ...of };
}

function judged(
  checks: readonly CheckSpec[],
  { status = 200, body = BODY }: { readonly status?: number; readonly body?: string } = {},
): string {
  const judge = new Judge({ checks, extract: {}, headerValues: new Set() });
  const judgement = judge.judge({ status, content: content(body) });
  return judgement.kind === 'passed' ? 'passed' : judgement.because;
}

const OK: CheckSpec = {
  kind: 'status',
  allowed: [
    { from: 200, to: 299 },
    { from: 404, to: 404 },
  ],
};

describe('a check', () => {
  it.each<{ name: string; check: CheckSpec; says: string }>([
    {
      name: 'a header that is right',
      check: {
        kind: 'header',
        name: 'Content-Type',
        expected: { kind: 'equals', text: 'application/json' },
      },
      says: 'passed',
    },
    {
      name: 'a header that matches',
      check: {
        kind: 'header',
        name: 'x-n',
        expected: { kind: 'matches', pattern: '^\\d+$', flags: '' },
      },
      says: 'passed',
    },
    {
      name: 'a header with more than the text',
      check: { kind: 'header', name: 'x-n', expected: { kind: 'equals', text: '1' } },
      says: 'header x-n',
    },
    {
      name: 'a header that is not there',
      check: { kind: 'header', name: 'x-m', expected: { kind: 'matches', pattern: '', flags: '' } },
      says: 'header x-m',
    },
    {
      name: 'a text that the body has',
      check: { kind: 'body-contains', text: '"ok":true' },
      says: 'passed',
    },
    {
      name: 'a text that it has not',
      check: { kind: 'body-contains', text: 'sorry' },
      says: 'body without "sorry"',
    },
    {
      name: 'a number at a path',
      check: { kind: 'json', path: 'user.id', expected: { kind: 'value', value: 7 } },
      says: 'passed',
    },
    {
      name: 'a text instead of a number',
      check: { kind: 'json', path: 'user.id', expected: { kind: 'value', value: '7' } },
      says: 'json user.id',
    },
    {
      name: 'an item of a list',
      check: { kind: 'json', path: '$.user.tags[1]', expected: { kind: 'value', value: 'b' } },
      says: 'passed',
    },
    {
      name: 'null, which exists',
      check: { kind: 'json', path: 'user.boss', expected: { kind: 'exists' } },
      says: 'passed',
    },
    {
      name: 'a field that does not exist',
      check: { kind: 'json', path: 'user.age', expected: { kind: 'exists' } },
      says: 'json user.age',
    },
    {
      name: 'what every object inherits',
      check: { kind: 'json', path: 'toString', expected: { kind: 'exists' } },
      says: 'json toString',
    },
    {
      name: 'a text that matches',
      check: {
        kind: 'json',
        path: 'user.name',
        expected: { kind: 'matches', pattern: '^ann$', flags: 'i' },
      },
      says: 'passed',
    },
    {
      name: 'null, which matches nothing',
      check: {
        kind: 'json',
        path: 'user.boss',
        expected: { kind: 'matches', pattern: '', flags: '' },
      },
      says: 'json user.boss',
    },
  ])('$name', ({ check, says }) => {
    expect(judged([check])).toBe(says);
  });

  it.each([
    { status: 200, says: 'passed' },
    { status: 299, says: 'passed' },
    { status: 404, says: 'passed' },
    { status: 302, says: 'status 302' },
    { status: 503, says: 'status 503' },
  ])('of the status: $status', ({ status, says }) => {
    expect(judged([OK], { status })).toBe(says);
  });

  it('of JSON fails where the body is none', () => {
    const check: CheckSpec = { kind: 'json', path: '$', expected: { kind: 'exists' } };

    expect(judged([check], { body: '<html>' })).toBe('json $');
  });

  it('that fails first is the one told', () => {
    const text: CheckSpec = { kind: 'body-contains', text: 'x' };

    expect(judged([OK, text], { status: 500 })).toBe('status 500');
    expect(judged([text, OK], { status: 500 })).toBe('body without "x"');
  });

  it('matches each answer anew, whatever its flags', () => {
    const expected = { kind: 'matches', pattern: '\\d', flags: 'gy' } as const;
    const judge = new Judge({
      checks: [{ kind: 'header', name: 'x-n', expected }],
      extract: {},
      headerValues: new Set(),
    });

    const kinds = [1, 2, 3].map(() => judge.judge({ status: 200, content: content() }).kind);

    expect(kinds).toEqual(['passed', 'passed', 'passed']);
  });

  it('of a body longer than what is kept fails', () => {
    const judge = new Judge({
      checks: [{ kind: 'body-contains', text: 'ok' }],
      extract: {},
      headerValues: new Set(),
    });

    expect(judge.judge({ status: 200, content: content(BODY, { isBodyCut: true }) })).toEqual({
      kind: 'failed',
      because: 'body over 1 MiB',
    });
  });
});

describe('an extraction', () => {
  it.each<{ name: string; spec: ExtractionSpec; value: unknown }>([
    { name: 'a text in JSON', spec: { kind: 'json', path: 'user.name' }, value: 'Ann' },
    { name: 'a number in JSON', spec: { kind: 'json', path: 'user.id' }, value: '7' },
    { name: 'a list in JSON', spec: { kind: 'json', path: 'user.tags' }, value: '["a","b"]' },
    {
      name: 'null, which is no value',
      spec: { kind: 'json', path: 'user.boss' },
      value: { not: 'no v' },
    },
    { name: 'a header', spec: { kind: 'header', name: 'X-N' }, value: '12' },
    {
      name: 'a header that is not there',
      spec: { kind: 'header', name: 'x-m' },
      value: { not: 'no v' },
    },
    {
      name: 'a group of an expression',
      spec: { kind: 'regex', pattern: '"id":(\\d+)', flags: '' },
      value: '7',
    },
    {
      name: 'an expression without a group',
      spec: { kind: 'regex', pattern: 'A\\w+', flags: '' },
      value: 'Ann',
    },
    {
      name: 'an expression not found',
      spec: { kind: 'regex', pattern: 'zzz', flags: '' },
      value: { not: 'no v' },
    },
  ])('$name', ({ spec, value }) => {
    expect(extracted(spec)).toEqual(value);
  });

  it('of what no header can hold fails where it goes into one', () => {
    const spec: ExtractionSpec = { kind: 'regex', pattern: '(?:)', flags: '' };
    const judge = new Judge({
      checks: [],
      extract: { v: { ...spec, pattern: '[^]+' } },
      headerValues: new Set(['v']),
    });

    expect(judge.judge({ status: 200, content: content('a\r\nb') })).toEqual({
      kind: 'failed',
      because: 'v that no header can hold',
    });
    expect(extracted({ kind: 'json', path: 'user.name' }, true)).toBe('Ann');
  });
});

describe('what is kept of answers', () => {
  const status: CheckSpec = { kind: 'status', allowed: [{ from: 200, to: 200 }] };
  const header: CheckSpec = { kind: 'header', name: 'a', expected: { kind: 'equals', text: 'b' } };
  const json: CheckSpec = { kind: 'json', path: 'a', expected: { kind: 'exists' } };

  it.each([
    { name: 'nothing for a status', checks: [status], extract: {}, kept: 'nothing' },
    { name: 'the head for a header', checks: [status, header], extract: {}, kept: 'head' },
    { name: 'the body for JSON', checks: [header, json], extract: {}, kept: 'body' },
    {
      name: 'the body for an expression',
      checks: [],
      extract: { a: { kind: 'regex', pattern: 'a', flags: '' } as const },
      kept: 'body',
    },
    {
      name: 'the head for a header to extract',
      checks: [],
      extract: { a: { kind: 'header', name: 'a' } as const },
      kept: 'head',
    },
  ])('is $name', ({ checks, extract, kept }) => {
    expect(new Judge({ checks, extract, headerValues: new Set() }).kept).toBe(kept);
  });
});

function extracted(spec: ExtractionSpec, isForHeader = false) {
  const headerValues = new Set(isForHeader ? ['v'] : []);
  const judge = new Judge({ checks: [], extract: { v: spec }, headerValues });
  const judgement = judge.judge({ status: 200, content: content() });
  return judgement.kind === 'passed' ? judgement.values.get('v') : { not: judgement.because };
}
