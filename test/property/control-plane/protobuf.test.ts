import { readFileSync } from 'node:fs';
import {
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../src/control-plane/api-machinery/api-machinery.js';
import { ApiHandler } from '../../../src/control-plane/http/api-handler.js';
import { NAMESPACES } from '../../../src/control-plane/resources.js';
import { seededRandom } from '../../../src/core/random.js';
import { VirtualClock } from '../../../src/time/virtual-clock.js';

const {
  bodies,
}: { readonly bodies: readonly { readonly path: string; readonly bytes: string }[] } = JSON.parse(
  readFileSync(new URL('../../vectors/kubectl-protobuf.json', import.meta.url), 'utf8'),
);

const recorded = constantFrom(
  ...bodies.map(({ bytes }) => new Uint8Array(Buffer.from(bytes, 'base64'))),
);
const paths = constantFrom(
  ...new Set(bodies.map(({ path }) => path)),
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/pods/a/eviction',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
);

/** A real body with some bytes changed and its end cut off or not. */
const damaged = record({
  bytes: recorded,
  changes: array(
    record({ place: integer({ min: 0, max: 300 }), byte: integer({ min: 0, max: 255 }) }),
    {
      maxLength: 4,
    },
  ),
  cut: integer({ min: 0, max: 40 }),
}).map(({ bytes, changes, cut }) => {
  const copy = bytes.slice(0, Math.max(0, bytes.length - cut));
  for (const { place, byte } of changes) if (place < copy.length) copy[place] = byte;
  return copy;
});
const withMagic = uint8Array({ maxLength: 200 }).map((rest) =>
  Uint8Array.from([0x6b, 0x38, 0x73, 0, ...rest]),
);
const requests = record({
  method: constantFrom('POST', 'POST', 'PUT', 'DELETE'),
  path: paths,
  bytes: oneof(recorded, damaged, withMagic, uint8Array({ maxLength: 200 })),
});

describe('bodies in protobuf', () => {
  it('whatever the bytes are, the answer is an object or a Status', () => {
    assert(
      property(array(requests, { minLength: 1, maxLength: 6 }), (sequence) => {
        const clock = new VirtualClock(Date.parse('2026-11-23T06:00:00Z'));
        const api = new ApiMachinery({ clock, random: seededRandom(1) });
        api.create(NAMESPACES, {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: 'default' },
        });
        const handler = new ApiHandler({ api, clock });

        for (const { method, path, bytes } of sequence) {
          const answer = handler.handle({
            method,
            path,
            query: new URLSearchParams(),
            accept: 'application/vnd.kubernetes.protobuf,application/json',
            contentType: 'application/vnd.kubernetes.protobuf',
            body: '',
            bytes,
            userAgent: 'kubectl',
          });

          if (answer.kind === 'stream') throw new Error('expected a plain answer');
          if (!answer.contentType.startsWith('application/json')) continue;
          const body: unknown = JSON.parse(answer.body);
          expect(body).toMatchObject(
            answer.status >= 400
              ? { kind: 'Status', status: 'Failure', code: answer.status }
              : { kind: expect.any(String) },
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});
