import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Draining, shutDown } from '../../src/shutdown.js';
import { settings } from '../settings.js';

/** A service whose open connections end when the test says so, or when they are closed. */
function aServiceWithOpenConnections() {
  const events: string[] = [];
  const requests = { begun: 7, inFlight: 0 };
  const { promise: closed, resolve: lastConnectionEnds } = deferred();
  const service: Draining = {
    beginDraining: () => events.push('drain'),
    requests,
    app: {
      server: {
        closeAllConnections: () => {
          events.push('close connections');
          lastConnectionEnds();
        },
      },
      close: () => {
        events.push('close');
        return closed;
      },
    },
  };
  return { service, events, requests, lastConnectionEnds };
}

function deferred() {
  let resolve: () => void = ignored;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}

function ignored(): void {}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('shutDown', () => {
  it('is done when the grace period is over, however many requests keep coming', async () => {
    const { service, requests } = aServiceWithOpenConnections();
    const visitor = setInterval(() => requests.begun++, 1);

    const ending = shutDown(service, settings());
    await vi.advanceTimersByTimeAsync(10_010);
    clearInterval(visitor);
    await vi.advanceTimersByTimeAsync(600);

    expect(await ending).toBe('cut-off');
  });

  it('takes connections until the drain delay is over, then waits for what is open', async () => {
    const { service, events, lastConnectionEnds } = aServiceWithOpenConnections();

    const ending = shutDown(service, settings({ DRAIN_DELAY_MS: '1500' }));
    await vi.advanceTimersByTimeAsync(1_499);
    expect(events).toEqual(['drain']);
    await vi.advanceTimersByTimeAsync(10);
    expect(events).toEqual(['drain', 'close']);
    lastConnectionEnds();

    expect(await ending).toBe('finished');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not close the door while requests keep coming, as they do behind a backlog', async () => {
    const { service, events, requests, lastConnectionEnds } = aServiceWithOpenConnections();

    const ending = shutDown(service, settings());
    for (let time = 0; time < 50; time++) {
      requests.begun++;
      await vi.advanceTimersByTimeAsync(2);
    }
    expect(events).toEqual(['drain']);
    await vi.advanceTimersByTimeAsync(10);
    expect(events).toEqual(['drain', 'close']);
    lastConnectionEnds();

    expect(await ending).toBe('finished');
  });

  it('does not wait for connections on which nothing ever comes', async () => {
    const { service, events } = aServiceWithOpenConnections();

    const ending = shutDown(service, settings());
    await vi.advanceTimersByTimeAsync(600);

    expect(await ending).toBe('finished');
    expect(events).toEqual(['drain', 'close', 'close connections']);
  });

  it('waits as long as requests come or are open', async () => {
    const { service, events, requests, lastConnectionEnds } = aServiceWithOpenConnections();

    const ending = shutDown(service, settings());
    await vi.advanceTimersByTimeAsync(10);
    for (let time = 0; time < 20; time++) {
      requests.begun++;
      await vi.advanceTimersByTimeAsync(100);
    }
    requests.inFlight = 1;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(events).toEqual(['drain', 'close']);
    lastConnectionEnds();

    expect(await ending).toBe('finished');
  });

  it('cuts off what is open when the grace period is over, counted from the signal', async () => {
    const { service, events, requests } = aServiceWithOpenConnections();
    requests.inFlight = 1;

    const ending = shutDown(service, settings({ DRAIN_DELAY_MS: '1000' }));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(events).toEqual(['drain', 'close']);
    await vi.advanceTimersByTimeAsync(1);

    expect(await ending).toBe('cut-off');
    expect(events).toEqual(['drain', 'close', 'close connections']);
  });
});
