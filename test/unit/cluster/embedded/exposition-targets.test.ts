import { mkdtempSync, readFileSync, rmSync, statSync, existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTargets } from '../../../../src/cluster/embedded/exposition-targets.js';

const TARGETS = { url: 'https://127.0.0.1:6443', token: 'secret', nodeNames: ['a', 'b'] };

describe('where a Prometheus finds the embedded cluster', () => {
  let folder = '';
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'hpa-lab-targets-')), 'made');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const targets = (): unknown => JSON.parse(readFileSync(join(folder, 'targets.json'), 'utf8'));

  it('is each node and kube-state-metrics, and a token that its owner alone may read', () => {
    writeTargets(folder, TARGETS);

    expect(targets()).toMatchObject([
      {
        targets: ['127.0.0.1:6443'],
        labels: { __metrics_path__: '/api/v1/nodes/a/proxy/metrics/cadvisor', node: 'a' },
      },
      { labels: { __metrics_path__: '/api/v1/nodes/b/proxy/metrics/cadvisor' } },
      { labels: { job: 'kube-state-metrics' } },
    ]);
    expect(readFileSync(join(folder, 'token'), 'utf8')).toBe('secret');
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600);
  });

  it('is nowhere when the cluster has ended, and there is no token any more', () => {
    writeTargets(folder, TARGETS)();

    expect(targets()).toEqual([]);
    expect(existsSync(join(folder, 'token'))).toBe(false);
  });

  it('is told as wrong when it cannot be written', () => {
    writeFileSync(folder, 'a file');
    expect(() => writeTargets(folder, TARGETS)).toThrow(/--prometheus-targets .*cannot be written/);
  });
});
