/** What the API server lets in, and how much of it: each line of its security, over real sockets. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CONFIG_MAPS } from '../../src/control-plane/resources.js';
import { type ApiLab, startApiLab } from '../support/api-lab.js';

const MIB = 1024 * 1024;
const CONFIG_MAPS_PATH = '/api/v1/namespaces/default/configmaps';

let lab: ApiLab;
beforeEach(async () => {
  lab = await startApiLab();
});
afterEach(() => lab.stop());

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One request on a connection of its own, with the CA of the kubeconfig and its token. */
function ask(path: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
  const { url, caPem, token } = lab.endpoint;
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}${path}`,
      { ca: caPem, agent: false, headers: { authorization: `Bearer ${token}` }, ...options },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A TLS connection that sends what it likes. */
async function rawConnection(): Promise<TLSSocket> {
  const { url, caPem } = lab.endpoint;
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca: caPem });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  return socket;
}

async function expectAlive(): Promise<void> {
  expect((await ask('/api/v1/namespaces/default')).status).toBe(200);
  expect(lab.faults).toEqual([]);
}

describe('who gets in', () => {
  it('only this machine: no other address of it is listened on', async () => {
    const port = Number(new URL(lab.endpoint.url).port);
    expect(new URL(lab.endpoint.url).hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address);

    for (const host of [...others, '127.0.0.2']) {
      const error = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
        const socket = connectPlain({ host, port, timeout: 2_000 });
        socket.on('connect', () => reject(new Error(`expected ${host} to refuse`)));
        socket.on('error', resolve);
      });
      expect(error.code).toMatch(/ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH/);
    }
  });

  it('only over TLS, by a certificate that the kubeconfig vouches for', async () => {
    const data = /certificate-authority-data: (\S+)/.exec(
      readFileSync(lab.kubeconfig, 'utf8'),
    )?.[1];
    const certificate = new X509Certificate(Buffer.from(data ?? '', 'base64'));
    const port = Number(new URL(lab.endpoint.url).port);

    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    await expect(ask('/api', { ca: [] })).rejects.toThrow(/self-signed certificate/);
    await expect(
      new Promise((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port, path: '/api', agent: false }, resolve)
          .on('error', reject)
          .end();
      }),
    ).rejects.toThrow();
    await expectAlive();
  });

  it('only with the token, which only the owner of the kubeconfig can read', async () => {
    const { token } = lab.endpoint;
    for (const authorization of ['', 'Bearer ', `Bearer ${token}x`, `Basic ${token}`, token]) {
      const { status, text } = await ask('/api/v1/pods', { headers: { authorization } });
      expect(status).toBe(401);
      expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
    }
    // 256 bits
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(statSync(lab.kubeconfig).mode & 0o777).toBe(0o600);
    expect((await ask('/livez', { headers: {} })).status).toBe(200);
  });
});

describe('how much gets in', () => {
  it('a body beyond 3 MiB is refused with a Status, and one without end is cut off', async () => {
    const tooLarge = await ask(CONFIG_MAPS_PATH, { method: 'POST' }, 'x'.repeat(3 * MIB + 1));
    expect(tooLarge.status).toBe(413);
    expect(JSON.parse(tooLarge.text)).toMatchObject({
      kind: 'Status',
      reason: 'RequestEntityTooLarge',
    });

    const socket = await rawConnection();
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const { token } = lab.endpoint;
    socket.write(
      `POST ${CONFIG_MAPS_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const before = process.memoryUsage.rss();
    const piece = Buffer.from(`100000\r\n${'x'.repeat(MIB)}\r\n`);
    for (let mib = 0; mib < 64 && !socket.destroyed; mib++) {
      if (!socket.write(piece)) await Promise.race([closed, drained(socket)]);
    }
    await closed;

    expect(received).toMatch(/^(?:HTTP\/1\.1 413 |$)/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * MIB);
    await expectAlive();
  });

  it('a watch whose reader does not read is cut off, and nothing is kept for it', async () => {
    const socket = await rawConnection();
    const { token } = lab.endpoint;
    socket.write(
      `GET ${CONFIG_MAPS_PATH}?watch=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));

    // each event holds a megabyte: more than the buffers of both ends and of the kernel together
    const text = 'x'.repeat(MIB / 2);
    for (let count = 0; count < 60; count++) {
      lab.api.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `big-${count}`, namespace: 'default' },
        data: { a: text, b: text },
      });
      await sleep(1);
    }
    await sleep(50);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.resume();
    await closed;

    expect(bytes).toBeLessThan(60 * MIB);
    await expectAlive();
  });
});

describe('what gets in', () => {
  it.each([
    ['no HTTP at all', '\u0000\u0001\u0002\u0003\r\n\r\n'],
    ['a method that is none', 'G\u0000T / HTTP/1.1\r\n\r\n'],
    ['a version that is none', 'GET / HTTP/9.9\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ['headers without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a length below 0', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    [
      'a chunk that is none',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    [
      'an upgrade to nothing',
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
  ])('%s is refused, and the server goes on', async (_name, text) => {
    const socket = await rawConnection();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));

    socket.write(text);
    await Promise.race([closed, sleep(1_000)]);

    expect(received).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
    await expectAlive();
  });

  it('a client that leaves in the middle of a request is no fault of the server', async () => {
    const { token } = lab.endpoint;
    const socket = await rawConnection();
    socket.write(
      `POST ${CONFIG_MAPS_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000\r\n\r\n{"a`,
    );
    await sleep(20);
    socket.destroy();
    await sleep(20);

    await expectAlive();
  });

  it.each([
    '/../../../etc/passwd',
    '/api/v1/namespaces/..%2f..%2fetc/pods',
    '/api/v1/namespaces/default/pods/..%2f..%2f/log',
    '/openapi/v3/../../etc/passwd',
    '/%00',
  ])('%s names no file', async (path) => {
    const { status, text } = await ask(path);

    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toMatch(/root:/);
    await expectAlive();
  });

  it('a path that cannot be decoded is refused with a Status', async () => {
    const { status, text } = await ask('/api/v1/namespaces/%E0%A4%A');

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'BadRequest' });
  });
});

function drained(socket: TLSSocket): Promise<unknown> {
  return new Promise((resolve) => socket.once('drain', resolve));
}
