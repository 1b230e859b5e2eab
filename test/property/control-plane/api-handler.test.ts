import {
  array,
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../src/control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../../src/control-plane/http/api-handler.js';
import type { ApiRequest } from '../../../src/control-plane/http/messages.js';
import { NAMESPACES } from '../../../src/control-plane/resources.js';
import { seededRandom } from '../../../src/core/random.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';

const plurals = constantFrom(
  'pods',
  'configmaps',
  'services',
  'namespaces',
  'nodes',
  'events',
  'bogus',
);
const names = oneof(constantFrom('a', '..', '%', '__proto__', 'constructor', ''), string());
const subresources = constantFrom(
  '',
  '/status',
  '/scale',
  '/log',
  '/binding',
  '/finalize',
  '/bogus',
);
const paths = oneof(
  tuple(plurals, names, subresources).map(
    ([plural, name, part]) => `/api/v1/namespaces/default/${plural}/${name}${part}`,
  ),
  tuple(names, subresources).map(
    ([name, part]) => `/apis/apps/v1/namespaces/default/deployments/${name}${part}`,
  ),
  plurals.map((plural) => `/api/v1/${plural}`),
  array(names).map((parts) => `/${parts.join('/')}`),
);
const objects = record(
  {
    apiVersion: constantFrom('v1', 'apps/v1', 'x/y/z', 5),
    kind: constantFrom('Pod', 'ConfigMap', 'Deployment', 'Service', 'Namespace', null),
    metadata: oneof(
      jsonValue(),
      record({ name: names, labels: jsonValue(), generateName: names }, { requiredKeys: [] }),
    ),
    spec: oneof(
      jsonValue(),
      record(
        { containers: jsonValue(), template: jsonValue(), selector: jsonValue() },
        { requiredKeys: [] },
      ),
    ),
    data: jsonValue(),
  },
  { requiredKeys: [] },
);
const bodies = oneof(
  objects.map((value) => JSON.stringify(value)),
  jsonValue().map((value) => JSON.stringify(value)),
  array(
    record({
      op: constantFrom('add', 'remove', 'move', 'test', 'copy'),
      path: string(),
      from: string(),
      value: jsonValue(),
    }),
  ).map((value) => JSON.stringify(value)),
  string(),
);
const queries = dictionary(
  constantFrom(
    'labelSelector',
    'fieldSelector',
    'limit',
    'continue',
    'resourceVersion',
    'watch',
    'dryRun',
    'fieldValidation',
    'timeoutSeconds',
    'gracePeriodSeconds',
    'tailLines',
    'container',
  ),
  oneof(constantFrom('1', 'true', 'a=b', 'a in (b', 'All', '-1'), string()),
);
const requests = record({
  method: constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'BOGUS'),
  path: paths,
  query: queries.map((query) => new URLSearchParams(Object.entries(query))),
  accept: option(
    oneof(
      constantFrom('application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io', '*/*'),
      string(),
    ),
    { nil: undefined },
  ),
  contentType: option(
    oneof(
      constantFrom(
        'application/json',
        'application/yaml',
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/strategic-merge-patch+json',
      ),
      string(),
    ),
    { nil: undefined },
  ),
  body: bodies,
  userAgent: option(string(), { nil: undefined }),
});

describe('the API', () => {
  it('answers whatever it is asked: with an object, a text or a Status, and never with a fault of its own', () => {
    assert(
      property(array(requests, { minLength: 1, maxLength: 8 }), (sequence: ApiRequest[]) => {
        const clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
        const api = new ApiMachinery({ clock, random: seededRandom(1) });
        api.create(NAMESPACES, {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'default' },
        });
        const handler = new ApiHandler({ api, clock });

        for (const request of sequence) {
          const answer = handler.handle(request);

          if (answer.kind === 'stream') answer.open({ write: () => true, end: () => undefined })();
          else if (answer.contentType.startsWith('application/json')) {
            const body: unknown = JSON.parse(answer.body);
            expect(body).toBeTypeOf('object');
            if (answer.status >= 400)
              expect(body).toMatchObject({
                kind: 'Status',
                status: 'Failure',
                code: answer.status,
              });
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
