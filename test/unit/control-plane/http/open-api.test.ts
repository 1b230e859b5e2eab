/** OpenAPI documents in the forms that clients ask for. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { ApiMachinery } from '../../../../src/control-plane/api-machinery/api-machinery.js';
import { OpenApi } from '../../../../src/control-plane/http/open-api.js';
import { NOTED_NAMES } from '../../../../src/control-plane/schema/field-notes.js';
import { seededRandom } from '../../../../src/core/random.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { InProcessApi } from '../../../support/in-process-api.js';

const { kinds } = new ApiMachinery({ clock: new VirtualClock(0), random: seededRandom(1) });
const openApi = new OpenApi(kinds);

/** What kubectl asks for, with the media type that is no media type. */
const KUBECTL =
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf,application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The fields of a message with a length, by number, in their order. */
function fields(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const found = new Map<number, Uint8Array[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) reader.skip(wireType, number);
    else found.set(number, [...(found.get(number) ?? []), reader.bytes()]);
  }
  return found;
}

function inside(bytes: Uint8Array | undefined, ...numbers: readonly number[]): Uint8Array {
  const found = numbers.reduce<Uint8Array | undefined>(
    (message, number) => (message === undefined ? undefined : fields(message).get(number)?.[0]),
    bytes,
  );
  if (found === undefined) throw new Error(`no field ${numbers.join('.')}`);
  return found;
}

function textAt(bytes: Uint8Array, ...numbers: readonly number[]): string {
  return new TextDecoder().decode(inside(bytes, ...numbers));
}

/** The entry of a name in a list of named messages. */
function entry(bytes: Uint8Array, number: number, name: string): Uint8Array {
  const found = fields(bytes)
    .get(number)
    ?.find((one) => textAt(one, 1) === name);
  return inside(found, 2);
}

/** A definition of an OpenAPI v3 document. */
function definition(path: string, type: string): Record<string, unknown> {
  const { components } = JSON.parse(openApi.answer(`/openapi/v3/${path}`, undefined)?.body ?? '');
  return components.schemas[type];
}

describe('OpenAPI v2', () => {
  it('is protobuf for kubectl', () => {
    const answer = openApi.answer('/openapi/v2', KUBECTL);

    expect(answer?.contentType).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    expect(textAt(answer?.bytes ?? new Uint8Array(), 1)).toBe('2.0');
  });

  it('tells kubectl which fields a pod has, and of which kinds they are', () => {
    const bytes = openApi.answer('/openapi/v2', KUBECTL)?.bytes ?? new Uint8Array();
    const definitions = inside(bytes, 9);
    const pod = entry(definitions, 1, 'io.k8s.api.core.v1.Pod');
    const spec = entry(inside(pod, 25), 1, 'spec');
    const containers = entry(
      inside(entry(definitions, 1, 'io.k8s.api.core.v1.PodSpec'), 25),
      1,
      'containers',
    );

    expect(textAt(pod, 22, 1)).toBe('object');
    expect(textAt(spec, 1)).toBe('#/definitions/io.k8s.api.core.v1.PodSpec');
    expect(textAt(containers, 22, 1)).toBe('array');
    expect(textAt(containers, 23, 1, 1)).toBe('#/definitions/io.k8s.api.core.v1.Container');
    expect(textAt(pod, 31, 1)).toBe('x-kubernetes-group-version-kind');
    expect(JSON.parse(textAt(pod, 31, 2, 2))).toEqual([{ group: '', version: 'v1', kind: 'Pod' }]);
  });

  it('tells kubectl that a PATCH of a pod knows dryRun and fieldValidation', () => {
    const bytes = openApi.answer('/openapi/v2', KUBECTL)?.bytes ?? new Uint8Array();
    const path = entry(inside(bytes, 8), 2, '/api/v1/namespaces/{namespace}/pods/{name}');
    const patch = fields(inside(path, 8));

    expect(patch.get(8)?.map((parameter) => textAt(parameter, 1, 2, 3, 4))).toEqual([
      'dryRun',
      'fieldManager',
      'fieldValidation',
    ]);
    expect(JSON.parse(textAt(inside(path, 8), 13, 2, 2))).toEqual({
      group: '',
      version: 'v1',
      kind: 'Pod',
    });
  });

  const others = [undefined, 'application/json', '*/*', `application/json,${KUBECTL}`];
  it.each(others)('is JSON for %s', (accept) => {
    expect(JSON.parse(openApi.answer('/openapi/v2', accept)?.body ?? '')).toMatchObject({
      swagger: '2.0',
    });
  });
});

describe('OpenAPI v3', () => {
  const types = [
    ['apis/policy/v1', 'policy.v1.PodDisruptionBudgetSpec', 'minAvailable', 'IntOrString'],
    ['apis/apps/v1', 'apps.v1.RollingUpdateDeployment', 'maxSurge', 'IntOrString'],
    ['apis/autoscaling/v2', 'autoscaling.v2.MetricTarget', 'value', 'Quantity'],
  ] as const;
  it.each(types)('%s: %s.%s is an %s', (...row) => {
    const [path, type, field, is] = row;
    expect(definition(path, `io.k8s.api.${type}`)['properties']).toMatchObject({
      [field]: { allOf: [{ $ref: expect.stringMatching(new RegExp(`\\.${is}$`)) }] },
    });
  });

  it('has quantities as values of a map, and says what they are', () => {
    const { description, ...rest } = definition(
      'api/v1',
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
    );

    expect(description).toMatch(/512Mi/);
    expect(rest).toEqual({ oneOf: [{ type: 'string' }, { type: 'number' }] });
    expect(
      definition('api/v1', 'io.k8s.api.core.v1.ResourceRequirements')['properties'],
    ).toMatchObject({
      limits: { additionalProperties: { $ref: expect.stringMatching(/\.Quantity$/) } },
    });
  });

  const required = [
    ['api/v1', 'core.v1.Event', ['involvedObject', 'metadata']],
    ['apis/apps/v1', 'apps.v1.DeploymentSpec', ['selector', 'template']],
    ['apis/discovery.k8s.io/v1', 'discovery.v1.EndpointSlice', ['addressType']],
  ] as const;
  it.each(required)('%s: of %s clients must give %s', (path, type, names) => {
    const { required: found = [] } = definition(path, `io.k8s.api.${type}`);

    expect(
      Array.isArray(found) ? found.map(String).toSorted((a, b) => (a < b ? -1 : 1)) : found,
    ).toEqual(names);
  });

  it('says what fields are for, and every note is about a field there is', () => {
    expect(definition('api/v1', 'io.k8s.api.core.v1.PodSpec')['properties']).toMatchObject({
      restartPolicy: { description: expect.stringMatching(/OnFailure/) },
    });
    const documents = [
      'api/v1',
      ...new Set(kinds.all.map(({ resource }) => `apis/${resource.group}/${resource.version}`)),
    ];
    const known = new Set<string>();
    for (const path of documents.filter((one) => !one.startsWith('apis//'))) {
      const { components } = JSON.parse(
        openApi.answer(`/openapi/v3/${path}`, undefined)?.body ?? '',
      );
      for (const [type, { properties = {} }] of Object.entries<{ properties?: object }>(
        components.schemas,
      )) {
        known.add(type);
        for (const field of Object.keys(properties)) known.add(`${type}.${field}`);
      }
    }
    const isKnown = (name: string): boolean =>
      known.has(`io.k8s.api.${name}`) || known.has(`io.k8s.apimachinery.pkg.apis.${name}`);

    expect(NOTED_NAMES.filter((name) => !isKnown(name))).toEqual([]);
  });
});

describe('custom resource definitions', () => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const lab = new InProcessApi();

  it('are none, and are no part of discovery', () => {
    expect(lab.send('GET', path)).toMatchObject({ status: 200, body: { items: [] } });
    expect(lab.send('GET', '/apis').body.groups).not.toContainEqual(
      expect.objectContaining({ name: 'apiextensions.k8s.io' }),
    );
  });

  it('cannot be made', () => {
    expect(lab.send('POST', path, { body: {} }).status).toBe(405);
    expect(lab.send('GET', `${path}/x`).status).toBe(404);
  });
});
