import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { sendPlain } from '../../../../src/cluster/embedded/api-answer.js';
import { jsonBytes } from '../../../../src/control-plane/http/messages.js';

const LONG = new Uint8Array(5_000_001).map((_, index) => 0x20 + (index % 90));

test('an answer of many pieces arrives whole, with its length', async () => {
  const response = await answered('GET');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  expect(response.headers['content-length']).toBe(String(LONG.length));
  expect(Buffer.concat(chunks).equals(LONG)).toBe(true);
});

test('a client that leaves in the middle is no failure', async () => {
  const failures: unknown[] = [];
  const onFailure = (reason: unknown): void => void failures.push(reason);
  process.on('unhandledRejection', onFailure);
  onTestFinished(() => void process.off('unhandledRejection', onFailure));
  const { response, left } = await begun();
  response.destroy();
  await left;
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toEqual([]);
});

test('HEAD gets the length and no body', async () => {
  const response = await answered('HEAD');
  const bytes = (await response.toArray()).length;
  expect(response.headers['content-length']).toBe(String(LONG.length));
  expect(bytes).toBe(0);
});

async function answered(method: string): Promise<IncomingMessage> {
  return (await begun(method)).response;
}

async function begun(
  method = 'GET',
): Promise<{ response: IncomingMessage; left: Promise<unknown> }> {
  let left: Promise<unknown> = Promise.resolve();
  const server = createServer((request, response) => {
    left = once(response, 'close');
    sendPlain(response, jsonBytes(200, LONG), request.method);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const request = get({ host: '127.0.0.1', port, method });
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('expected an answer');
  response.on('error', () => undefined);
  return { response, left };
}
