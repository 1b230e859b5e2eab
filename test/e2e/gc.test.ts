/** A run on a foreign cluster that is killed: gc finds all that it left, and nothing else. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab } from '../support/lab-process.js';
import { startLiveCluster } from '../support/live-cluster.js';
import type { LiveCluster } from '../support/live-cluster.js';

const QUICK = fileURLToPath(new URL('fixtures/quick.yaml', import.meta.url));
const SYSTEM = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

let live: LiveCluster;
let folder: string;
let where: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hpa-lab-gc-'));
  live = await startLiveCluster();
  const { kubeconfigPath } = live.cluster;
  const context = /^current-context: "?([^"\n]+)/m.exec(readFileSync(kubeconfigPath, 'utf8'))?.[1];
  where = ['--context', context ?? '', '--kubeconfig', kubeconfigPath, '--yes'];
});

afterAll(async () => {
  await live.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function namespaces(): Promise<readonly string[]> {
  const { items } = await live.core.listNamespace();
  return items.map(({ metadata }) => metadata?.name ?? '').toSorted();
}

async function gc(...flags: readonly string[]): Promise<{ code: number | null; output: string }> {
  const lab = startLab(['gc', ...where, ...flags]);
  const { code } = await lab.ended;
  return { code, output: lab.output() };
}

describe('gc', () => {
  // killed while it deploys or settles it leaves less of the same
  it('removes what a run left that was killed while it sent load', {
    timeout: 120_000,
  }, async () => {
    const run = startLab([
      'experiment',
      QUICK,
      '--target',
      'kubernetes',
      '--results',
      folder,
      '--ci',
      ...where,
    ]);
    await run.waitFor(/load: /);
    run.signal('SIGKILL');
    await run.ended;
    expect(await namespaces()).toHaveLength(SYSTEM.length + 1);

    const all = await gc('--all');
    expect(all.output).toMatch(/removed Namespace hpa-lab-/);
    expect(all.code).toBe(0);
    expect(await namespaces()).toEqual(SYSTEM);
    expect((await gc('--dry-run')).output).toContain('No run left anything.');
  });
});
