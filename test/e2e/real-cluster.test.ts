/** Experiments on a cluster that is another process, reached by its kubeconfig alone, as a real one is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadKubeconfig } from '../../src/cluster/kubernetes/kubeconfig.js';
import { ApiCaller } from '../../src/cluster/kubernetes/api-caller.js';
import { applyObjects } from '../../src/cluster/apply-objects.js';
import { findObject } from '../../src/cluster/api-port.js';
import { valueAt } from '../../src/core/json.js';
import { readObjects } from '../../src/run/read-manifests.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { runLab, startLab, temporaryFolder } from '../support/lab-process.js';

const MANIFESTS = fileURLToPath(new URL('../../manifests', import.meta.url));
const SHORT = `question: Does it work on another cluster?
load:
  stages: [{ name: only, kind: constant, rate: 5/s, duration: 2s }]
  request: { path: /work?cpuMs=5 }
  connections: per-request
  timeout: 5s
settle: 0s
`;

function timelineOf(output: string): string {
  const [, result = ''] = /^result folder: (.*)$/m.exec(output) ?? [];
  return readFileSync(join(result, 'timeline.ndjson'), 'utf8');
}

/** A cluster in a process of its own, and a folder with experiments for it. */
async function cluster() {
  const folder = temporaryFolder();
  const kubeconfig = join(folder, 'kubeconfig');
  const config = join(folder, 'config');
  const lab = startLab([
    'cluster',
    '--kubeconfig',
    kubeconfig,
    ...['podStart', 'podStartJitter', 'containerSeen'].flatMap((name) => [
      '--set',
      `delays.${name}=0s`,
    ]),
  ]);
  await lab.waitFor(/up after/);
  const api = new ApiCaller(loadKubeconfig(kubeconfig, 'hpa-lab'), new WallClock());
  mkdirSync(join(config, 'hpa-lab'), { recursive: true });
  writeFileSync(join(config, 'hpa-lab', 'contexts'), `hpa-lab ${api.server}\n`);
  const run = (experiment: string, ...flags: readonly string[]) => {
    const path = join(folder, 'experiment.yaml');
    writeFileSync(path, `${experiment}\n${SHORT}`);
    const place = ['--kubeconfig', kubeconfig, '--results', join(folder, 'results')];
    return runLab(['experiment', path, ...place, ...flags], {
      env: { XDG_CONFIG_HOME: config },
    });
  };
  const stop = async (): Promise<void> => {
    lab.signal('SIGTERM');
    await lab.ended;
  };
  return { api, run, stop };
}

describe('an experiment on a cluster that is reached by its kubeconfig', () => {
  it('leaves nothing of a namespace of its own, and puts back what it changed of an existing workload', async () => {
    const { api, run, stop } = await cluster();
    const experiment = `name: foreign\nmanifests: [${MANIFESTS}]\nunderTest: { deployment: sample-service }`;

    const wrong = await run(experiment, '--context', 'production');
    expect(wrong.code).toBe(3);
    expect(wrong.output).toContain('contexts there: hpa-lab');

    const { code, output } = await run(experiment, '--context', 'hpa-lab');

    expect(output).toContain(`server ${api.server}`);
    expect(code).toBe(0);
    const records = timelineOf(output);
    expect(records).toContain('"target":"kubernetes"');
    expect(records).toMatch(/reached at http:\/\/127\.0\.0\.1:\d+ by port-forward/);
    expect(records).toMatch(/\d+ requests a second got through/);
    expect(records).toContain('"kind":"pod"');
    expect(output).toContain('0 of 10 requests');
    expect(await findObject(api, '/api/v1/namespaces/hpa-lab-foreign')).toBeUndefined();

    const taken = await run(`${experiment}\nnamespace: default`, '--context', 'hpa-lab');
    expect(taken.code).toBe(3);
    expect(taken.output).toContain("namespace default exists and is not the lab's");
    await observesExisting({ api, run });
    await stop();
  }, 180_000);
});

/** Observes an existing workload, changes what the experiment says, and puts it back. */
async function observesExisting({
  api,
  run,
}: Omit<Awaited<ReturnType<typeof cluster>>, 'stop'>): Promise<void> {
  const parsed = await readObjects([MANIFESTS]);
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  await applyObjects(api, parsed.objects);
  const path = '/apis/autoscaling/v2/namespaces/hpa-lab/horizontalpodautoscalers/sample-service';
  const limits = async (): Promise<readonly unknown[]> => {
    const hpa = await findObject(api, path);
    return [valueAt(hpa, ['spec', 'maxReplicas']), valueAt(hpa, ['metadata', 'annotations'])];
  };
  const before = await limits();

  const { code, output } = await run(
    `name: existing
target: kubernetes
cluster: { context: hpa-lab }
namespace: hpa-lab
underTest: { deployment: sample-service, existing: true }
patches:
  - { kind: HorizontalPodAutoscaler, name: sample-service, patch: { spec: { maxReplicas: 5 } } }`,
  );

  expect(output).toContain('0 of 10 requests');
  expect(code).toBe(0);
  expect(timelineOf(output)).toMatch(/"kind":"hpa",[^\n]*"maxReplicas":5/);
  expect(await limits()).toEqual(before);
}
