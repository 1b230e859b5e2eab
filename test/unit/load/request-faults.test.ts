import { describe, expect, it } from 'vitest';
import { requestFaults } from '../../../src/load/request-faults.js';
import { oneRequest, type SessionSpec } from '../../../src/load/request-spec.js';
import { aSession, aStep } from '../../support/a-session.js';

const get = { method: 'GET', path: '/', headers: {} };

function told(sessions: readonly SessionSpec[]): readonly string[] {
  return requestFaults(sessions).map(({ path, found = '' }) => `${path.join('.')} ${found}`.trim());
}

describe('requests that can be sent', () => {
  it.each([
    { name: 'one', sessions: oneRequest(get) },
    {
      name: 'a session with values and extractions, used again later',
      sessions: [
        aSession(
          's',
          [
            aStep('a', { extract: { id: { kind: 'json', path: 'id' } } }),
            aStep('b', {
              request: { ...get, path: '/${id}/${u}', headers: { a: '${id}${u}' } },
              extract: { id: { kind: 'header', name: 'x-id' } },
            }),
            aStep('c', { request: { ...get, method: 'POST', body: '${id}' } }),
          ],
          { values: { u: '${int(1,5)}' } },
        ),
      ],
    },
  ])('have no faults: $name', ({ sessions }) => {
    expect(requestFaults(sessions)).toEqual([]);
  });
});

describe('requests that cannot be sent', () => {
  it.each([
    { name: 'none at all', sessions: [], faults: [''] },
    { name: 'a session without steps', sessions: [aSession('a', [])], faults: ['0.steps'] },
    {
      name: 'weights that are none',
      sessions: [
        aSession('a', [aStep('x')], { weight: 0 }),
        aSession('b', [aStep('x')], { weight: Number.NaN }),
      ],
      faults: ['0.weight 0', '1.weight NaN'],
    },
    {
      name: 'names used twice',
      sessions: [aSession('a', [aStep('x'), aStep('x')]), aSession('a', [aStep('x')])],
      faults: ['1.name "a" again', '0.steps.1.name "x" again'],
    },
    {
      name: 'a name that nothing has',
      sessions: [aSession('a', [aStep('x', { request: { ...get, path: '/${tokn}' } })])],
      faults: ['0.steps.0.request.path "${tokn}"'],
    },
    {
      name: 'a value used before it is extracted',
      sessions: [
        aSession('a', [
          aStep('x', {
            request: { ...get, path: '/${id}' },
            extract: { id: { kind: 'json', path: 'id' } },
          }),
        ]),
      ],
      faults: ['0.steps.0.request.path "${id}"'],
    },
    {
      name: 'a value of another session',
      sessions: [
        aSession('a', [aStep('x')], { values: { u: '1' } }),
        aSession('b', [aStep('x', { request: { ...get, path: '/${u}' } })]),
      ],
      faults: ['1.steps.0.request.path "${u}"'],
    },
    {
      name: 'a value of its own that comes later',
      sessions: [aSession('a', [aStep('x')], { values: { a: '${b}', b: '1' } })],
      faults: ['0.values.a "${b}"'],
    },
    {
      name: 'names that are places',
      sessions: [
        aSession('a', [aStep('x', { extract: { uuid: { kind: 'json', path: 'id' } } })], {
          values: { 'a b': '1' },
        }),
      ],
      faults: ['0.values.a b "a b"', '0.steps.0.extract.uuid "uuid"'],
    },
    {
      name: 'a value extracted over one of the session',
      sessions: [
        aSession('a', [aStep('x', { extract: { u: { kind: 'json', path: 'id' } } })], {
          values: { u: '1' },
        }),
      ],
      faults: ['0.steps.0.extract.u "u"'],
    },
    {
      name: 'a value that no header can hold',
      sessions: [
        aSession('a', [aStep('x', { request: { ...get, headers: { a: '${v}${w}${x}' } } })], {
          values: { v: 'ü', w: '${v}', x: '${encode(v)}' },
        }),
      ],
      faults: ['0.steps.0.request.headers.a "${v}"', '0.steps.0.request.headers.a "${w}"'],
    },
    {
      name: 'patterns, paths, statuses and times that are none',
      sessions: [
        aSession('a', [
          aStep('x', {
            timeoutMs: 0,
            thinkTime: { kind: 'uniform', minMs: 5, maxMs: 1 },
            checks: [
              { kind: 'status', allowed: [{ from: 200, to: 99 }] },
              { kind: 'header', name: 'a', expected: { kind: 'matches', pattern: '(', flags: '' } },
              { kind: 'json', path: 'a..b', expected: { kind: 'exists' } },
            ],
            extract: { v: { kind: 'regex', pattern: '[', flags: '' } },
          }),
        ]),
      ],
      faults: [
        '0.steps.0.timeoutMs 0',
        '0.steps.0.checks.0 [{"from":200,"to":99}]',
        expect.stringContaining('0.steps.0.checks.1 Invalid regular expression'),
        '0.steps.0.checks.2 "a..b"',
        expect.stringContaining('0.steps.0.extract.v Invalid regular expression'),
        '0.steps.0.thinkTime 5, 1',
      ],
    },
  ])('are told: $name', ({ sessions, faults }) => {
    expect(told(sessions)).toEqual(faults);
  });
});
