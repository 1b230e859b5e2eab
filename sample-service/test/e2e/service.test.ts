/** The service as Kubernetes sees it: a process with an environment, signals, ports and exit codes. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { endServices, kernelCpuMs, type StartedService, startService } from '../started-service.js';

/** Share by which CPU use may differ from what was asked. */
const CPU_TOLERANCE = 0.1;

afterEach(endServices);

/** One request on a connection of its own. */
async function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return { status: response.status, body: await response.text() };
}

describe('start', () => {
  it('says where it listens and answers with the name of its pod', async () => {
    const { url, output } = await startService({ POD_NAME: 'pod-1', WORK_CPU_MS: '1' });

    const { status, body } = await get(`${url}/work`);

    expect(output.stdout).toMatch(/^sample-service: pod-1 listens on http:\/\/127\.0\.0\.1:\d+ /);
    expect(status).toBe(200);
    expect(body).toContain('"pod":"pod-1"');
  });

  it('says so when it listens on every address', async () => {
    const { output } = await startService({ HOST: '0.0.0.0', POD_NAME: 'pod-1' });

    expect(output.stdout).toMatch(
      /^sample-service: pod-1 listens on http:\/\/0\.0\.0\.0:\d+ after/,
    );
  });

  it("goes by the host's name when it is given none", async () => {
    const { url } = await startService({ WORK_CPU_MS: '0' });

    expect((await get(`${url}/work`)).body).toContain(`"pod":"${hostname()}"`);
  });

  it('ends with exit code 2 and every fault when its environment is wrong', async () => {
    const { ended, output } = await startService({ PORT: 'http', WORK_CPU_MS: '-1' });

    expect(await ended).toEqual({ code: 2, signal: null });
    expect(output.stdout).toBe('');
    expect(output.stderr.split('\n').map((line) => line.trim())).toEqual([
      'sample-service: the environment is not as expected:',
      'PORT: expected a whole number from 0 to 65535, got "http"',
      'WORK_CPU_MS: expected a number from 0 to 60000, got "-1"',
      '',
    ]);
  });

  it('ends with exit code 1 and the reason when its port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    const { ended, output } = await startService({ PORT: port });

    expect(await ended).toEqual({ code: 1, signal: null });
    expect(output.stderr).toContain(`cannot listen on 127.0.0.1, port ${port}: listen EADDRINUSE`);
    holder.close();
  });
});

describe('the CPU time of a request', () => {
  const requests = 100;
  const cpuMs = 25;
  const cpuScale = 0.3;
  const expectedMs = requests * cpuMs * cpuScale;

  async function costOfRequests({ url, pid }: StartedService) {
    const before = kernelCpuMs(pid);
    let elapsedMs = 0;
    for (let sent = 0; sent < requests; sent++) {
      const answer: { elapsedMs: number } = JSON.parse((await get(`${url}/work`)).body);
      elapsedMs += answer.elapsedMs;
    }
    return { usedMs: kernelCpuMs(pid) - before, elapsedMs };
  }

  const env = { WORK_CPU_MS: String(cpuMs), CPU_SCALE: String(cpuScale) };

  it.runIf(process.platform === 'linux')('is what the kernel counts', async () => {
    const service = await startService(env);

    const { usedMs } = await costOfRequests(service);

    expect(Math.abs(usedMs / expectedMs - 1)).toBeLessThan(CPU_TOLERANCE);
  });

  it.runIf(process.platform === 'linux')(
    'is the same when the process gets a third of a core',
    async () => {
      const service = await startService(env);
      const throttle = new AbortController();
      const throttled = stopAndContinue(service, throttle.signal);

      const { usedMs, elapsedMs } = await costOfRequests(service);
      throttle.abort();
      await throttled;

      expect(Math.abs(usedMs / expectedMs - 1)).toBeLessThan(CPU_TOLERANCE);
      expect(elapsedMs).toBeGreaterThan(1.3 * expectedMs);
    },
  );
});

describe('readiness', () => {
  it('falls under overload and comes back, while liveness never does', async () => {
    const { url } = await startService({ READY_MAX_EVENT_LOOP_LAG_MS: '150' });
    expect((await get(`${url}/ready`)).status).toBe(200);

    await get(`${url}/work?cpuMs=500`);
    const during = await get(`${url}/ready`);
    const alive = await get(`${url}/healthz`);
    await sleep(1_500); // the worst delay of the last second counts
    const after = await get(`${url}/ready`);

    expect(during).toMatchObject({ status: 503 });
    expect(during.body).toContain('"reason":"overloaded"');
    expect(alive.status).toBe(200);
    expect(after.status).toBe(200);
  });
});

describe('faults', () => {
  it('crashes when it is told to, and says so', async () => {
    const { ended, output, url } = await startService({ CRASH_AFTER_MS: '800' });
    expect((await get(`${url}/ready`)).status).toBe(200);

    expect(await ended).toEqual({ code: 1, signal: null });
    expect(output.stderr).toBe('sample-service: ends, as CRASH_AFTER_MS says\n');
  });

  it('leaks resident memory at the rate it is told to', async () => {
    const { url } = await startService({ LEAK_KIB_PER_SECOND: '51200' });
    const resident = async (): Promise<number> =>
      Number(/^process_resident_memory_bytes (\d+)/m.exec((await get(`${url}/metrics`)).body)?.[1]);
    const beforeMib = (await resident()) / 1_048_576;

    await sleep(1_000);
    const leakedMib = (await resident()) / 1_048_576 - beforeMib;

    // five takings of 10 MiB a second; one more or less falls into the second
    expect(leakedMib).toBeGreaterThan(35);
    expect(leakedMib).toBeLessThan(75);
  });
});

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends an idle service with exit code 0',
    async (signal) => {
      const { process: child, ended, output } = await startService({ POD_NAME: 'pod-1' });

      child.kill(signal);

      expect(await ended).toEqual({ code: 0, signal: null });
      expect(output.stdout).toContain(`pod-1 got ${signal}; finishes what is in flight\n`);
      expect(output.stdout).toContain('pod-1 ends; everything was answered\n');
      expect(output.stderr).toBe('');
    },
  );

  it('answers every request that is waiting, then ends', async () => {
    const { process: child, ended, url } = await startService({ WORK_CPU_MS: '150' });
    const answers = Array.from({ length: 8 }, () => get(`${url}/work`));
    await answers[0];

    child.kill('SIGTERM');

    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toEqual(statuses.map(() => 200));
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('takes new connections while it drains, but is not ready', async () => {
    const {
      process: child,
      ended,
      url,
      output,
    } = await startService({
      DRAIN_DELAY_MS: '1000',
      WORK_CPU_MS: '1',
    });

    child.kill('SIGTERM');
    await until(() => output.stdout.includes('SIGTERM'));
    const ready = await get(`${url}/ready`);
    const work = await get(`${url}/work`);

    expect(ready.status).toBe(503);
    expect(ready.body).toContain('"reason":"draining"');
    expect(work.status).toBe(200);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('asks clients that keep their connections to go', async () => {
    const { process: child, ended, url, output } = await startService({ DRAIN_DELAY_MS: '500' });
    await (await fetch(`${url}/healthz`)).text();

    child.kill('SIGTERM');
    await until(() => output.stdout.includes('SIGTERM'));
    const response = await fetch(`${url}/healthz`);
    await response.text();

    expect(response.headers.get('connection')).toBe('close');
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('is not held up by a client that connects and says nothing', async () => {
    const { process: child, ended, url } = await startService({ SHUTDOWN_GRACE_MS: '30000' });
    const { hostname: host, port } = new URL(url);
    const silent = connect(Number(port), host);
    silent.on('error', () => undefined); // it is cut off
    await once(silent, 'connect');

    child.kill('SIGTERM');
    const endedMs = performance.now();

    expect(await ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - endedMs).toBeLessThan(5_000);
    silent.destroy();
  });

  it('is obeyed also when nobody reads its output any more', async () => {
    const { process: child, ended } = await startService();
    child.stdout?.destroy();
    child.stderr?.destroy();

    child.kill('SIGTERM');

    expect(await ended).toEqual({ code: 0, signal: null });
  });
});

describe('clients that give up', () => {
  it('do not stay in flight for ever', async () => {
    const { url } = await startService({ WORK_CPU_MS: '300' });
    const controllers = Array.from({ length: 4 }, () => new AbortController());
    const given = controllers.map(({ signal }) =>
      fetch(`${url}/work`, { signal }).catch(() => 'gave up'),
    );
    await sleep(100);
    for (const controller of controllers) controller.abort();
    await Promise.all(given);

    const { body } = await get(`${url}/metrics`);

    expect(body).toContain('http_requests_in_flight 1\n'); // the scrape itself
  });
});

/** Lets a process run for a third of each 60 ms, as a CPU limit does, until the signal aborts. */
async function stopAndContinue({ process: child }: StartedService, signal: AbortSignal) {
  while (!signal.aborted) {
    child.kill('SIGSTOP');
    await sleep(40);
    child.kill('SIGCONT');
    await sleep(20);
  }
}

/** Waits for something that another process does; the test's own time limit is the bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
