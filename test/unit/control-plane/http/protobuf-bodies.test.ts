/** Writes in protobuf, as the API answers them. */
import { readFileSync } from 'node:fs';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_MAPS, PODS } from '../../../../src/control-plane/resources.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import type { ReceivedAnswer } from '../../../support/in-process-api.js';

const CONFIG_MAPS_PATH = '/api/v1/namespaces/default/configmaps';
const { bodies }: { bodies: readonly { path: string; bytes: string; command: string }[] } =
  JSON.parse(
    readFileSync(new URL('../../../vectors/kubectl-protobuf.json', import.meta.url), 'utf8'),
  );

let lab: InProcessApi;

beforeEach(() => {
  lab = new InProcessApi();
});

function send(method: string, path: string, bytes: Uint8Array): ReceivedAnswer {
  return lab.send(method, path, {
    bytes,
    accept: 'application/vnd.kubernetes.protobuf,application/json',
    contentType: 'application/vnd.kubernetes.protobuf',
  });
}

/** A body that a real kubectl sent, by the start of its command. */
function recorded(start: string): Uint8Array {
  const found = bodies.find(({ command }) => command.startsWith(`kubectl ${start}`));
  if (found === undefined) throw new Error(`expected a recorded body of kubectl ${start}`);
  return new Uint8Array(Buffer.from(found.bytes, 'base64'));
}

/** An envelope around a message. */
function envelope(apiVersion: string, kind: string, message: Uint8Array): Uint8Array {
  const unknown = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.LengthDelimited)
    .string(apiVersion)
    .tag(2, WireType.LengthDelimited)
    .string(kind)
    .join()
    .tag(2, WireType.LengthDelimited)
    .bytes(message)
    .finish();
  return Uint8Array.from([0x6b, 0x38, 0x73, 0, ...unknown]);
}

describe('a body in protobuf', () => {
  it('is stored as JSON would be, and answered in JSON', () => {
    const { status, contentType, body } = send(
      'POST',
      CONFIG_MAPS_PATH,
      recorded('create configmap'),
    );

    expect({ status, contentType }).toEqual({ status: 201, contentType: 'application/json' });
    expect(body).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { k: 'v', l: 'w' } });
    expect(lab.api.read(CONFIG_MAPS, { namespace: 'default', name: 'a' }).data).toEqual({
      k: 'v',
      l: 'w',
    });
  });

  const refused = [
    {
      name: 'another kind than the path names',
      bytes: () => recorded('create serviceaccount'),
      message:
        'ServiceAccount in version "v1" cannot be handled as a ConfigMap: converting (v1.ServiceAccount) to (core.ConfigMap): unknown conversion',
    },
    {
      name: 'a kind that nobody knows',
      bytes: () => envelope('v1', 'Bogus', new Uint8Array()),
      message:
        'Bogus in version "v1" cannot be handled as a ConfigMap: no kind "Bogus" is registered for version "v1" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"',
    },
    {
      name: 'a message that ends too early',
      bytes: () => envelope('v1', 'ConfigMap', new Uint8Array([0x0a, 50])),
      message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: proto: premature EOF',
    },
    {
      name: 'no envelope at all',
      bytes: () => new Uint8Array([1, 2, 3, 4, 5]),
      message:
        'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (0102030405)',
    },
    {
      name: 'nothing',
      bytes: () => new Uint8Array(),
      message:
        'the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)',
    },
  ];
  it.each(refused)('is refused with 400 when it is $name', ({ bytes, message }) => {
    const { status, body } = send('POST', CONFIG_MAPS_PATH, bytes());

    expect(status).toBe(400);
    expect(body).toMatchObject({ kind: 'Status', reason: 'BadRequest', message });
  });

  it('is not taken for a patch', () => {
    send('POST', CONFIG_MAPS_PATH, recorded('create configmap'));

    expect(send('PATCH', `${CONFIG_MAPS_PATH}/a`, recorded('create configmap')).status).toBe(415);
  });

  it('carries the options of a deletion', () => {
    lab.api.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default' },
      spec: { nodeName: 'n', containers: [{ name: 'app', image: 'x' }] },
    });
    const sevenSeconds = new BinaryWriter().tag(1, WireType.Varint).int64(7).finish();
    const orphan = new BinaryWriter().tag(4, WireType.LengthDelimited).string('Bogus').finish();
    const path = '/api/v1/namespaces/default/pods/web';

    expect(send('DELETE', path, envelope('v1', 'DeleteOptions', orphan)).status).toBe(422);
    const { status, body } = send('DELETE', path, envelope('v1', 'DeleteOptions', sevenSeconds));

    expect(status).toBe(200);
    expect(body.metadata.deletionGracePeriodSeconds).toBe(7);
    expect(send('DELETE', path, recorded('create configmap')).body.message).toBe(
      'decoded object cannot be converted to DeleteOptions',
    );
  });
});
