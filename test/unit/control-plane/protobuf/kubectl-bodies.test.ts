/** Bodies that a real kubectl sent, against the JSON that it prints for the same objects. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REVIEWS } from '../../../../src/control-plane/http/reviews.js';
import { SERVED_KINDS } from '../../../../src/control-plane/kinds/registry.js';
import { decodeMessage } from '../../../../src/control-plane/protobuf/decode-message.js';
import { openEnvelope } from '../../../../src/control-plane/protobuf/envelope.js';
import { numberedFields } from '../../../../src/control-plane/protobuf/message-table.js';
import { decode } from '../../../../src/control-plane/schema/decode.js';
import type { StructType } from '../../../../src/control-plane/schema/types.js';

interface RecordedBody {
  readonly command: string;
  /** In base64. */
  readonly bytes: string;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata?: object;
  };
}

const { bodies }: { readonly bodies: readonly RecordedBody[] } = JSON.parse(
  readFileSync(new URL('../../../vectors/kubectl-protobuf.json', import.meta.url), 'utf8'),
);

/** Types that are offered, by `apiVersion kind`. */
const TYPES: ReadonlyMap<string, StructType> = new Map([
  ...SERVED_KINDS.map(({ resource, type }) => [nameOf(resource), type] as const),
  ...REVIEWS.map(({ type, ...kind }) => [nameOf(kind), type] as const),
]);

function nameOf({
  group,
  version,
  kind,
}: {
  group: string;
  version: string;
  kind: string;
}): string {
  return `${group === '' ? version : `${group}/${version}`} ${kind}`;
}

/** Where kinds that are not offered yet are described. */
const LATER: Readonly<Record<string, string>> = {
  'v1 Secret': 'io.k8s.api.core.v1.Secret',
  'v1 ResourceQuota': 'io.k8s.api.core.v1.ResourceQuota',
  'batch/v1 Job': 'io.k8s.api.batch.v1.Job',
  'batch/v1 CronJob': 'io.k8s.api.batch.v1.CronJob',
  'policy/v1 PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
  'scheduling.k8s.io/v1 PriorityClass': 'io.k8s.api.scheduling.v1.PriorityClass',
};

describe('what kubectl sends as protobuf', () => {
  it.each(bodies)('is what it prints as JSON: $command', ({ bytes, object }) => {
    const { apiVersion, kind, message } = openEnvelope(Buffer.from(bytes, 'base64'));
    const type = TYPES.get(`${apiVersion} ${kind}`);

    expect({ apiVersion, kind }).toEqual({ apiVersion: object.apiVersion, kind: object.kind });
    if (type === undefined) {
      expect(numberedFields(LATER[`${apiVersion} ${kind}`] ?? '')).toBeDefined();
      return;
    }
    const { metadata, ...sent } = decode(type, decodeMessage(type, message));
    const wanted = decode(type, object);
    expect({ ...sent, apiVersion, kind }).toEqual({ ...wanted, metadata: undefined });
    // kubectl adds the namespace only to what it sends
    expect(metadata).toMatchObject(object.metadata ?? {});
  });
});
