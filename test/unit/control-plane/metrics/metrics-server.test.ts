import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/core/random.js';
import { MetricsServer } from '../../../../src/control-plane/metrics/metrics-server.js';
import type { MetricsServerOptions } from '../../../../src/control-plane/metrics/metrics-server.js';
import type { ContainerUsage } from '../../../../src/control-plane/pod-runtime.js';
import { NODES, PODS } from '../../../../src/control-plane/resources.js';
import { VirtualClock } from '../../../../src/time/virtual-clock.js';
import { MemoryKubeApi } from '../../../support/memory-kube-api.js';

const START_MS = Date.UTC(2026, 10, 23, 6, 0, 0);

interface Load {
  readonly uid: string;
  /** Since the start of the test. */
  readonly startedAtMs: number;
  readonly millicores: number;
}

function aWorld(loads: readonly Load[], options: Partial<MetricsServerOptions> = {}) {
  const clock = new VirtualClock(START_MS);
  const api = new MemoryKubeApi(clock);
  api.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'lab' }, spec: {} });
  for (const { uid } of loads) {
    api.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: uid, uid, namespace: 'shop', labels: { app: 'web' } },
      spec: { containers: [], nodeName: 'lab' },
      status: { phase: 'Running' },
    });
  }
  const readUsage = (nowMs: number): ContainerUsage[] =>
    loads
      .filter(({ startedAtMs }) => START_MS + startedAtMs <= nowMs)
      .map(({ uid, startedAtMs, millicores }) => ({
        podUid: uid,
        container: 'web',
        startedAtMs: START_MS + startedAtMs,
        cpuMs: ((nowMs - START_MS - startedAtMs) * millicores) / 1_000,
        memoryBytes: 8_343_552,
      }));
  const server = new MetricsServer({
    api,
    clock,
    random: seededRandom(1),
    usage: { readUsage },
    resolutionMs: 15_000,
    ...options,
  });
  server.start();
  return { clock, server };
}

describe('metrics-server', () => {
  it('answers as upstream writes it', () => {
    const { clock, server } = aWorld([{ uid: 'a', startedAtMs: -60_000, millicores: 100 }], {
      housekeeping: 'at-scrape',
    });

    clock.advance(server.phaseMs + 15_000);

    const metrics = server.podMetrics('shop')[0];
    expect(metrics).toMatchObject({
      metadata: { name: 'a', namespace: 'shop', labels: { app: 'web' } },
      window: '15s',
      containers: [{ name: 'web', usage: { memory: '8148Ki' } }],
    });
    expect(metrics?.containers[0]?.usage['cpu']).toMatch(/^(100m|99999999n)$/);
    expect(server.podMetrics('other')).toEqual([]);
    expect(server.podMetrics('').length).toBe(1);
  });

  it('knows nothing before the second scrape, whose phase is from the seed', () => {
    const { clock, server } = aWorld([{ uid: 'a', startedAtMs: -60_000, millicores: 100 }], {
      housekeeping: 'at-scrape',
    });

    clock.advance(server.phaseMs + 14_999);
    expect(server.podMetrics('')).toEqual([]);
    clock.advance(2);
    expect(server.podMetrics('').length).toBe(1);

    expect(aWorld([]).server.phaseMs).toBe(server.phaseMs);
    expect(aWorld([], { random: seededRandom(2) }).server.phaseMs).not.toBe(server.phaseMs);
  });

  it('samples as a real node does: windows of 10 to 20 s, first metrics 10 to 35 s after the start', () => {
    const loads = Array.from({ length: 40 }, (_, index) => ({
      uid: `pod-${index}`,
      startedAtMs: 30_000 + index * 1_370,
      millicores: 100,
    }));
    const { clock, server } = aWorld(loads);
    const firstMs = new Map<string, number>();
    const windows: number[] = [];
    const seen = new Set<string>();

    for (let second = 0; second < 300; second++) {
      clock.advance(1_000);
      for (const { metadata, window, timestamp } of server.podMetrics('')) {
        if (!firstMs.has(metadata.name)) firstMs.set(metadata.name, clock.now() - START_MS);
        if (seen.has(`${metadata.name}${timestamp}`)) continue;
        seen.add(`${metadata.name}${timestamp}`);
        windows.push(Number.parseFloat(window));
      }
    }

    const ages = loads.map(({ uid, startedAtMs }) => (firstMs.get(uid) ?? Infinity) - startedAtMs);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...ages)).toBeLessThanOrEqual(36_000);
    const mean = windows.reduce((sum, window) => sum + window, 0) / windows.length;
    expect(mean).toBeGreaterThan(13.5);
    expect(mean).toBeLessThan(18);
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(10);
    // Two samples between two scrapes: the first of them is not seen.
    expect(Math.max(...windows)).toBeLessThanOrEqual(36);
  });

  it('adds up a node from its pods', () => {
    const { clock, server } = aWorld([
      { uid: 'a', startedAtMs: -60_000, millicores: 100 },
      { uid: 'b', startedAtMs: -60_000, millicores: 300 },
    ]);

    clock.advance(60_000);

    const node = server.nodeMetrics()[0];
    expect(node?.metadata.name).toBe('lab');
    expect(
      Number.parseInt(node?.usage['cpu'] ?? '', 10) /
        (node?.usage['cpu']?.endsWith('n') === true ? 1e6 : 1),
    ).toBeCloseTo(400, -1.5);
    expect(node?.usage['memory']).toBe('16296Ki');
  });

  it('hears nothing of a node that cannot be reached, nor of its pods, and measures anew after that', () => {
    let isReachable = true;
    const { clock, server } = aWorld([{ uid: 'a', startedAtMs: -60_000, millicores: 100 }], {
      housekeeping: 'at-scrape',
      isReachable: (name) => isReachable && name === 'lab',
    });
    const known = () => [server.podMetrics('').length, server.nodeMetrics().length];
    clock.advance(server.phaseMs + 30_000);
    expect(known()).toEqual([1, 1]);

    isReachable = false;
    clock.advance(15_000);
    expect(known()).toEqual([0, 0]);

    isReachable = true;
    clock.advance(15_000);
    expect(known()).toEqual([0, 0]);
    clock.advance(15_000);
    expect(known()).toEqual([1, 1]);
    expect(Number.parseInt(server.nodeMetrics()[0]?.usage['cpu'] ?? '', 10)).toSatisfy(
      (cpu) => cpu === 100 || Math.round(Number(cpu) / 1e6) === 100,
    );
  });

  it('is silent after stop', () => {
    const { clock, server } = aWorld([{ uid: 'a', startedAtMs: -60_000, millicores: 100 }]);
    server.stop();

    clock.advance(100_000);

    expect(server.podMetrics('')).toEqual([]);
  });
});
