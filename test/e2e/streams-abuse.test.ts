/** Connections with containers whose clients do not keep to the protocol: never a crash, never a hang. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import { CONTRACT_IMAGE, contractCluster, isRealCluster } from '../support/contract-cluster.js';
import type { ContractCluster } from '../support/contract-cluster.js';
import { findKubectl, runKubectl } from '../support/kubectl.js';

const kubectl = findKubectl();
const POD = `
apiVersion: v1
kind: Pod
metadata: { name: victim }
spec:
  terminationGracePeriodSeconds: 1
  containers: [{ name: app, image: ${CONTRACT_IMAGE}, command: [sleep, "600"] }]
`;

/** A binary message as a client sends it, masked with zeros. */
function webSocketFrame(bytes: Buffer): Buffer {
  const header = Buffer.alloc(14);
  header.writeUInt8(0x82, 0);
  header.writeUInt8(0x80 | 127, 1);
  header.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([header, bytes]);
}

describe.skipIf(kubectl === undefined || isRealCluster)('connections with containers', () => {
  let cluster: ContractCluster;
  let server: { readonly port: number; readonly ca: Buffer; readonly token: string };

  beforeAll(async () => {
    cluster = await contractCluster(kubectl ?? '');
    const config = parse(readFileSync(cluster.kubeconfig, 'utf8'));
    const { cluster: place } = config.clusters[0];
    server = {
      port: Number(new URL(place.server).port),
      ca: Buffer.from(place['certificate-authority-data'], 'base64'),
      token: config.users[0].user.token,
    };
    expect((await run(['apply', '-f', '-'], POD)).code).toBe(0);
    expect((await run(['wait', 'pod/victim', '--for=condition=Ready', '--timeout=20s'])).code).toBe(
      0,
    );
  });

  afterAll(async () => {
    await cluster.stop();
    expect(cluster.failures).toEqual([]);
  });

  function run(args: readonly string[], input = '') {
    const { kubeconfig, namespace } = cluster;
    return runKubectl(kubectl ?? '', ['-n', namespace, ...args], { kubeconfig, input });
  }

  async function stillServes(): Promise<void> {
    const { stdout, stderr } = await run(['exec', 'victim', '--', 'echo', 'well']);
    expect({ stdout, stderr }).toEqual({ stdout: 'well\n', stderr: '' });
  }

  function path(subresource: string): string {
    return `/api/v1/namespaces/${cluster.namespace}/pods/victim/${subresource}`;
  }

  async function webSocket(subresource: string, protocol: string): Promise<WebSocket> {
    const { port, ca, token } = server;
    const headers = { Authorization: `Bearer ${token}` };
    const url = `wss://127.0.0.1:${port}${path(subresource)}`;
    const socket = new WebSocket(url, protocol, { ca, headers });
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return socket;
  }

  /** A connection that speaks SPDY from here on, as far as the server knows. */
  async function spdy(subresource: string, protocol: string): Promise<TLSSocket> {
    const { port, ca, token } = server;
    const socket = connect({ host: '127.0.0.1', port, ca });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write(
      `POST ${path(subresource)} HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\nContent-Length: 0\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
    return socket;
  }

  /** A WebSocket that carries SPDY; its subprotocol is one that client libraries refuse to name. */
  async function tunnel(): Promise<TLSSocket> {
    const { port, ca, token } = server;
    const socket = connect({ host: '127.0.0.1', port, ca });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write(
      `GET ${path('portforward')} HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
    expect(String(answer)).toContain('Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n');
    return socket;
  }

  const CAT = 'exec?command=cat&stdin=1&stdout=1&tty=0';
  const messages = [
    { name: 'an empty message', send: Buffer.alloc(0) },
    { name: 'a channel that is none', send: Buffer.from([9, 1, 2, 3]) },
    { name: 'an end of no channel', send: Buffer.from([255]) },
    { name: 'an end of a channel that is none', send: Buffer.from([255, 77]) },
    { name: 'input after its end', send: Buffer.from([0, 1]) },
    { name: 'text where bytes are due', send: '\u0000text' },
    { name: 'a size that is none', send: Buffer.from('\u0004{"Width":1e99,"Height":[]}') },
  ];
  it('pass over messages that mean nothing', async () => {
    const socket = await webSocket(CAT, 'v5.channel.k8s.io');
    const ended = once(socket, 'close');
    for (const { send } of messages) socket.send(send);
    socket.send(Buffer.from([255, 0]));
    for (const { send } of messages) socket.send(send);

    await ended;
    await stillServes();
  });

  it('end with a message that is too large', async () => {
    const socket = await webSocket(CAT, 'v4.channel.k8s.io');
    socket.send(Buffer.alloc(5 * 1_024 * 1_024));
    const [code] = await once(socket, 'close');

    expect(code).toBe(1_009);
    await stillServes();
  });

  it('do not need the client to be there to the end', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 8 }, () =>
        webSocket(
          'exec?command=head&command=-c&command=20000000&command=/dev/zero&stdout=1',
          'v5.channel.k8s.io',
        ),
      ),
    );
    for (const socket of sockets) socket.terminate();

    await stillServes();
  });

  const garbage = [
    { name: 'HTTP', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n') },
    { name: 'zeros', bytes: Buffer.alloc(65_536) },
    {
      name: 'a control frame that is too large',
      bytes: Buffer.from([128, 3, 0, 1, 0, 255, 255, 255]),
    },
    { name: 'a stream without headers', bytes: Buffer.from([128, 3, 0, 1, 0, 0, 0, 0]) },
    {
      name: 'headers that are not compressed',
      bytes: Buffer.from([128, 3, 0, 1, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
    },
    { name: 'data of a stream that is none', bytes: Buffer.from([0, 0, 0, 5, 1, 0, 0, 1, 7]) },
  ];
  const kinds = [
    { subresource: CAT, protocol: 'v4.channel.k8s.io' },
    { subresource: 'portforward', protocol: 'portforward.k8s.io' },
  ];
  it.each(kinds)(
    'over SPDY survive bytes that are none: $protocol',
    async ({ subresource, protocol }) => {
      for (const { bytes } of garbage) {
        const socket = await spdy(subresource, protocol);
        const ended = once(socket, 'close');
        socket.resume();
        socket.end(bytes);
        await ended;
      }
      await stillServes();
    },
  );

  it('in a tunnel survive bytes that are none', async () => {
    for (const { bytes } of garbage) {
      const socket = await tunnel();
      const ended = once(socket, 'close');
      socket.resume();
      socket.write(webSocketFrame(bytes));
      socket.end();
      await ended;
    }
    await stillServes();
  });

  it('serve many at the same time', async () => {
    const all = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const query = `exec?command=printf&command=%25s&command=n${index}&stdout=1`;
        const socket = await webSocket(query, 'v4.channel.k8s.io');
        let text = '';
        socket.on('message', (data: Buffer) => {
          if (data[0] === 1) text += data.subarray(1).toString();
        });
        await once(socket, 'close');
        return text;
      }),
    );

    expect(all).toEqual(Array.from({ length: 16 }, (_, index) => `n${index}`));
  });
});
