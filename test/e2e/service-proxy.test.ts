import { createServer as createHttpServer, get, Agent } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProxyService } from '../../src/cluster/embedded/service-proxy/proxy-messages.js';
import { ServiceProxy } from '../../src/cluster/embedded/service-proxy/service-proxy.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { listen } from '../support/loopback.js';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function aProxy(onFailed: (error: Error) => void = () => undefined): Promise<ServiceProxy> {
  const proxy = new ServiceProxy({ clock: new WallClock(), seed: 1, onFailed });
  ends.push(() => proxy.stop());
  await proxy.start();
  return proxy;
}

async function portOf(server: Server): Promise<number> {
  const listening = await listen(server);
  ends.push(() => listening.close());
  return listening.port;
}

function named(name: string): Promise<number> {
  return portOf(createHttpServer((_request, response) => response.end(name)));
}

function aService(ports: readonly number[], address = '127.64.0.9', port = 8_080): ProxyService {
  const endpoints = ports.map((each) => ({ address: '127.0.0.1', port: each }));
  return { key: 'ns/web', address, ports: [{ port, endpoints }] };
}

function body(agent: Agent | undefined, port = 8_080, host = '127.64.0.9'): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host, port, ...(agent === undefined ? {} : { agent }) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}

describe('the service proxy', () => {
  it('spreads connections over all endpoints, about evenly', async () => {
    const proxy = await aProxy();
    await proxy.setServices([aService([await named('a'), await named('b'), await named('c')])]);

    const counts: Record<string, number> = {};
    for (let index = 0; index < 300; index++) {
      const name = await body(new Agent());
      counts[name] = (counts[name] ?? 0) + 1;
    }

    expect(Object.keys(counts).sort()).toEqual(['a', 'b', 'c']);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(65);
  });

  it('keeps a connection with its pod, also when the pod is no longer an endpoint', async () => {
    const [a, b] = [await named('a'), await named('b')];
    const proxy = await aProxy();
    await proxy.setServices([aService([a])]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    ends.push(() => agent.destroy());
    expect(await body(agent)).toBe('a');

    await proxy.setServices([aService([b])]);

    expect(await body(agent)).toBe('a');
    expect(await body(new Agent())).toBe('b');
  });

  it('refuses connections while there are no endpoints, and takes them again after', async () => {
    const a = await named('a');
    const proxy = await aProxy();
    const [before] = await proxy.setServices([aService([])]);
    expect(before).toEqual({
      key: 'ns/web',
      port: 8_080,
      at: { address: '127.64.0.9', port: 8_080 },
      isOpen: false,
    });
    await expect(body(new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    await proxy.setServices([aService([a])]);
    expect(await body(new Agent())).toBe('a');

    await proxy.setServices([aService([])]);
    await expect(body(new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says where it really listens when the port is taken, and keeps that place', async () => {
    const a = await named('a');
    const taken = await portOf(createServer());
    const proxy = await aProxy();

    const [listener] = await proxy.setServices([aService([a], '127.0.0.1', taken)]);

    expect(listener?.because).toContain('EADDRINUSE');
    expect(listener?.at?.port).not.toBe(taken);
    expect(await body(new Agent(), listener?.at?.port, '127.0.0.1')).toBe('a');
    await proxy.setServices([aService([], '127.0.0.1', taken)]);
    const [again] = await proxy.setServices([aService([a], '127.0.0.1', taken)]);
    expect(again).toEqual(listener);
  });

  it('resets a client whose endpoint cannot be reached', async () => {
    const gone = await named('gone');
    await ends.pop()?.();
    const proxy = await aProxy();
    await proxy.setServices([aService([gone])]);

    await expect(body(new Agent())).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect(await proxy.stats()).toEqual({ accepted: 1, open: 0, unreachable: 1 });
  });

  it("passes on a pod's reset as a reset", async () => {
    const port = await portOf(
      createServer((socket) => {
        socket.on('data', () => socket.resetAndDestroy());
      }),
    );
    const proxy = await aProxy();
    await proxy.setServices([aService([port])]);

    await expect(body(new Agent())).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('passes on a half-close: the answer to a request that ended the connection comes', async () => {
    const port = await portOf(
      createServer({ allowHalfOpen: true }, (socket) => {
        let text = '';
        socket.on('data', (data: Buffer) => {
          text += data.toString();
        });
        socket.on('end', () => socket.end(`got ${text}`));
      }),
    );
    const proxy = await aProxy();
    await proxy.setServices([aService([port])]);

    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.64.0.9', port: 8_080, allowHalfOpen: true });
      let text = '';
      socket.on('data', (data: Buffer) => {
        text += data.toString();
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.end('all of it');
    });

    expect(answer).toBe('got all of it');
  });

  it('passes on a large body whole though the client reads slowly', async () => {
    const size = 8 * 1_024 * 1_024;
    const port = await portOf(
      createServer((socket) => {
        socket.end(Buffer.alloc(size, 'x'));
      }),
    );
    const proxy = await aProxy();
    await proxy.setServices([aService([port])]);

    const received = await new Promise<number>((resolve, reject) => {
      let bytes = 0;
      const socket = connect({ host: '127.64.0.9', port: 8_080 });
      socket.on('data', (data: Buffer) => {
        bytes += data.length;
        if (bytes < 1_000_000) {
          socket.pause();
          setImmediate(() => socket.resume());
        }
      });
      socket.on('end', () => resolve(bytes));
      socket.on('error', reject);
    });

    expect(received).toBe(size);
  });

  it('leaves nothing open after many connections', async () => {
    const proxy = await aProxy();
    await proxy.setServices([aService([await named('a')])]);

    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 40 }, () => body(new Agent())));
    }
    const clock = new WallClock();
    let stats = await proxy.stats();
    for (let tries = 0; stats.open > 0 && tries < 50; tries++) {
      await clock.sleep(20);
      stats = await proxy.stats();
    }

    expect(stats).toEqual({ accepted: 200, open: 0, unreachable: 0 });
  });

  it('tells when its process dies, and asking it then fails', async () => {
    let told: Error | undefined;
    const proxy = await aProxy((error) => {
      told = error;
    });

    process.kill(proxy.pid ?? Number.NaN, 'SIGKILL');

    await expect(proxy.stats()).rejects.toMatchObject({ code: 'CLUSTER_FAILED' });
    expect(told?.message).toContain('SIGKILL');
  });
});
