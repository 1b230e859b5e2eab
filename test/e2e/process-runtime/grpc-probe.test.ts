import { createServer } from 'node:http2';
import type { Http2Server } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { grpcProbe } from '../../../src/cluster/embedded/process-runtime/grpc-probe.js';
import type { ProbeResult } from '../../../src/control-plane/pod-runtime.js';
import { WallClock } from '../../../src/time/wall-clock.js';

let server: Http2Server | undefined;
afterEach(() => server?.close());

/** A health service that answers a status, or only a gRPC error. */
async function aServer(
  answer: { readonly status: number } | { readonly error: number } | 'silence',
) {
  const asked: string[] = [];
  server = createServer();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      asked.push(`${headers[':path']} ${Buffer.concat(chunks).subarray(7).toString()}`);
      if (answer === 'silence') return;
      const type = { ':status': 200, 'content-type': 'application/grpc' };
      if ('error' in answer) {
        stream.respond({ ...type, 'grpc-status': String(answer.error) }, { endStream: true });
        return;
      }
      stream.respond(type, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const message = answer.status === 0 ? [] : [0x08, answer.status];
      stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
    });
  });
  const port = await new Promise<number>((resolve) => {
    server?.listen(0, '127.0.0.1', () => {
      const address = server?.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return { asked, port };
}

const probe = (port: number, service = ''): Promise<ProbeResult> =>
  new Promise((resolve) => {
    const target = { host: '127.0.0.1', port, service, timeoutMs: 500 };
    grpcProbe(target, new WallClock(), resolve);
  });

describe('gRPC probes', () => {
  it('succeed when the service says SERVING', async () => {
    const { port, asked } = await aServer({ status: 1 });

    expect(await probe(port, 'shop')).toEqual({ kind: 'success' });
    expect(asked).toEqual(['/grpc.health.v1.Health/Check shop']);
  });

  it.each([
    {
      name: 'NOT_SERVING',
      answer: { status: 2 },
      message: /^service unhealthy \(responded with "NOT_SERVING"\)$/,
    },
    { name: 'UNKNOWN', answer: { status: 0 }, message: /responded with "UNKNOWN"/ },
    {
      name: 'no health service',
      answer: { error: 12 },
      message: /does not implement the grpc health protocol/,
    },
    {
      name: 'another error',
      answer: { error: 5 },
      message: /^error: health rpc probe failed: rpc error: code = NotFound desc = /,
    },
    {
      name: 'no answer in time',
      answer: 'silence',
      message: /^timeout: health rpc did not complete within 0\.5s$/,
    },
  ] as const)('fail: $name', async ({ answer, message }) => {
    const { port } = await aServer(answer);

    const result = await probe(port);

    expect(result.kind === 'failure' ? result.message : '').toMatch(message);
  });

  it('fail when nobody listens', async () => {
    expect(await probe(1)).toEqual({
      kind: 'failure',
      message:
        'timeout: failed to connect service "127.0.0.1:1" within 0.5s: context deadline exceeded',
    });
  });
});
