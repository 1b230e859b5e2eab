import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseRequests } from '../../../src/experiment/parse-load.js';
import { parseExperiment } from '../../../src/experiment/parse.js';

const CONTEXT = { fileName: 'x.yaml', resolvePath: (path: string) => path, measures: [] };
const EXPERIMENT = `name: small
question: Does it parse?
manifests: [m]
underTest: { deployment: app }
load:
  stages:
    - { name: only, kind: constant, rate: 1/s, duration: 1s }
`;

function sessionsOf(text: string) {
  const parsed = parseRequests(text, 'r.yaml');
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(formatFault).join('\n'));
  return parsed.requests;
}

function faultsOf(text: string): readonly string[] {
  const parsed = parseRequests(text, 'r.yaml');
  return parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
}

describe('requests of a file', () => {
  it('may be one for all', () => {
    expect(sessionsOf('request: {path: /work, timeout: 2s}')).toEqual([
      {
        name: 'request',
        weight: 1,
        values: {},
        steps: [
          {
            name: 'request',
            request: { method: 'GET', path: '/work', headers: {} },
            timeoutMs: 2_000,
            checks: [],
            extract: {},
          },
        ],
      },
    ]);
  });

  it('may be a mix, each named by what it asks unless it has a name', () => {
    const sessions = sessionsOf(`
requests:
  - { path: '/items/\${int(1, 50)}', weight: 8 }
  - { name: add, weight: 0.5, method: POST, path: /items, body: '{"id":"\${uuid}"}', headers: {X-N: '\${seq}'} }
`);

    expect(sessions).toMatchObject([
      { name: 'GET /items/${int(1, 50)}', weight: 8 },
      {
        name: 'add',
        weight: 0.5,
        steps: [
          { request: { method: 'POST', body: '{"id":"${uuid}"}', headers: { 'X-N': '${seq}' } } },
        ],
      },
    ]);
  });

  it('may be sessions, which hand values from one step to the next', () => {
    const sessions = sessionsOf(`
requests: [{ path: /, weight: 3 }]
sessions:
  - name: shop
    values: { user: 'u\${int(1,9)}' }
    steps:
      - name: login
        method: POST
        path: /login?u=\${user}
        checks: { status: [200, 4xx], header: { Content-Type: /json/i, x-a: b }, bodyContains: token,
                  json: { user.id: exists, ok: true, n: 3, name: /^a/, 'x[0]': text, none: null } }
        extract: { token: { json: access.token }, where: { header: Location }, id: { regex: 'id=(\\d+)' } }
        thinkTime: { min: 1s, max: 3s }
      - { name: look, path: '/\${id}', headers: { Authorization: 'Bearer \${token}' }, thinkTime: { mean: 2s } }
      - { name: leave, path: '/\${encode(where)}', thinkTime: 500ms }
`);

    expect(sessions.map(({ name, weight }) => [name, weight])).toEqual([
      ['GET /', 3],
      ['shop', 1],
    ]);
    expect(sessions[1]?.steps).toMatchObject([
      {
        name: 'login',
        checks: [
          {
            kind: 'status',
            allowed: [
              { from: 200, to: 200 },
              { from: 400, to: 499 },
            ],
          },
          {
            kind: 'header',
            name: 'Content-Type',
            expected: { kind: 'matches', pattern: 'json', flags: 'i' },
          },
          { kind: 'header', name: 'x-a', expected: { kind: 'equals', text: 'b' } },
          { kind: 'body-contains', text: 'token' },
          { kind: 'json', path: 'user.id', expected: { kind: 'exists' } },
          { kind: 'json', path: 'ok', expected: { kind: 'value', value: true } },
          { kind: 'json', path: 'n', expected: { kind: 'value', value: 3 } },
          { kind: 'json', path: 'name', expected: { kind: 'matches', pattern: '^a', flags: '' } },
          { kind: 'json', path: 'x[0]', expected: { kind: 'value', value: 'text' } },
          { kind: 'json', path: 'none', expected: { kind: 'value', value: null } },
        ],
        extract: {
          token: { kind: 'json', path: 'access.token' },
          where: { kind: 'header', name: 'Location' },
          id: { kind: 'regex', pattern: 'id=(\\d+)' },
        },
        thinkTime: { kind: 'uniform', minMs: 1_000, maxMs: 3_000 },
      },
      { thinkTime: { kind: 'exponential', meanMs: 2_000 } },
      { thinkTime: { kind: 'fixed', ms: 500 } },
    ]);
  });

  it('are those of an experiment', () => {
    const text = `${EXPERIMENT}  requests: [{path: /a}, {path: /b, weight: 2}]\n  tls: {verify: false}\n`;
    const parsed = parseExperiment(text, CONTEXT);

    expect(parsed).toMatchObject({
      experiment: {
        load: {
          requests: [
            { name: 'GET /a', weight: 1 },
            { name: 'GET /b', weight: 2 },
          ],
          tls: { isVerified: false },
        },
      },
    });
  });
});

describe('a fault of requests', () => {
  it.each([
    [
      'a place that names nothing, at its own column',
      'request: {path: "/a/${sek}"}',
      /^r\.yaml:1:21: request\.path: expected a value that the session has .*, found "\$\{sek\}"$/,
    ],
    [
      'a misspelled value names the nearest',
      'sessions: [{name: s, values: {user: a}, steps: [{name: t, path: "/${usr}"}]}]',
      /steps\[0\]\.path: expected one of the values user, found "\$\{usr\}" \(did you mean user\?\)$/,
    ],
    [
      'a call that does not exist',
      'request: {path: "/${rand(1,2)}"}',
      /expected a place that names something: \$\{seq\}, .*, found "\$\{rand\(1,2\)\}"$/,
    ],
    [
      'a value used before it is extracted',
      'sessions: [{name: s, steps: [{name: a, path: "/${id}"}, {name: b, extract: {id: {json: id}}}]}]',
      /steps\[0\]\.path: expected a value that is known by then \(id is extracted in b\), found/,
    ],
    [
      'a weight of 0',
      'requests: [{weight: 0}]',
      /requests\[0\]\.weight: expected a number above 0, found 0$/,
    ],
    ['a negative weight', 'requests: [{weight: -2}]', /requests\[0\]\.weight: .* found -2$/],
    ['an empty mix', 'requests: []', /requests: expected at least one request, found a list of 0$/],
    [
      'a session without steps',
      'sessions: [{name: s, steps: []}]',
      /steps: expected at least one step/,
    ],
    [
      'requests alike without names',
      'requests: [{path: /a}, {path: /a, weight: 2}]',
      /requests\[1\]: expected a name of its own, found "GET \/a" again$/,
    ],
    [
      'a session named as a request',
      'requests: [{name: a}]\nsessions: [{name: a, steps: [{name: b}]}]',
      /^r\.yaml:2:19: sessions\[0\]\.name: expected a name of its own, found "a" again$/,
    ],
    [
      'one request beside a mix',
      'request: {path: /a}\nrequests: [{path: /b}]',
      /^r\.yaml:1:10: request: expected no single request beside requests or sessions/,
    ],
    [
      'an unknown status',
      'request: {checks: {status: 2x}}',
      /checks\.status: expected a status such as 200/,
    ],
    [
      'a faulty expression',
      'request: {checks: {header: {a: "/(/"}}}',
      /header\.a: expected a text, or a regular/,
    ],
    [
      'a faulty path in JSON',
      'request: {checks: {json: {a..b: 1}}}',
      /expected a path such as user\.id/,
    ],
    [
      'two places for one value',
      'sessions: [{name: s, steps: [{name: a, extract: {v: {json: a, header: b}}}]}]',
      /extract\.v: expected one of json, header and regex/,
    ],
    [
      'a think time that shrinks',
      'request: {thinkTime: {min: 2s, max: 1s}}',
      /thinkTime\.max: expected at least min/,
    ],
    [
      'a think time without unit',
      'request: {thinkTime: 5}',
      /thinkTime: expected a duration such as 500ms, /,
    ],
    [
      'a path with a space',
      'request: {path: "/a b/${seq}"}',
      /path: expected a path beginning with "\/"/,
    ],
    [
      'a body with GET',
      'requests: [{body: a}]',
      /requests\[0\]\.body: expected no body with GET or HEAD/,
    ],
    [
      'an unknown field of a step',
      'sessions: [{name: s, steps: [{name: a, pth: /}]}]',
      /did you mean path\?/,
    ],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(text)).toContainEqual(expect.stringMatching(fault));
  });

  it('is told with all others, in the order of the file', () => {
    const text = `sessions:
  - name: s
    weight: 0
    steps:
      - { name: a, path: '/\${x}', headers: { h: '\${int(2,1)}' }, checks: { status: 999 } }
      - { name: a, path: no }
`;
    const places = faultsOf(text).map((fault) => /^r\.yaml:(\S+): (\S+):/.exec(fault)?.slice(1));

    expect(places).toEqual([
      ['3:13', 'sessions[0].weight'],
      ['5:28', 'sessions[0].steps[0].path'],
      ['5:50', 'sessions[0].steps[0].headers.h'],
      ['5:84', 'sessions[0].steps[0].checks.status'],
      ['6:17', 'sessions[0].steps[1].name'],
      ['6:26', 'sessions[0].steps[1].path'],
    ]);
  });

  it('of an experiment is placed in its file', () => {
    const text = `${EXPERIMENT}  request: { path: '/\${nothing}' }\n`;
    const parsed = parseExperiment(text, CONTEXT);
    const faults = parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];

    expect(faults).toEqual([expect.stringMatching(/^x\.yaml:8:22: load\.request\.path: /)]);
  });
});
