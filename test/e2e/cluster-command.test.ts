/** `hpa-lab cluster` as its users have it: a process of its own, a real kubectl, nothing left behind. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { findKubectl, runKubectl } from '../support/kubectl.js';
import {
  descendants,
  isRunning,
  type LabProcess,
  leftAfter,
  runLab,
  startLab,
  temporaryFolder,
} from '../support/lab-process.js';
import { listen } from '../support/loopback.js';

const MANIFESTS = fileURLToPath(new URL('../../manifests', import.meta.url));
const kubectl = findKubectl();
const isLinux = process.platform === 'linux';
const SLEEPER = `${process.execPath} -e "setInterval(() => {}, 1000)"`;

interface Ready {
  readonly kubeconfig: string;
  readonly server: string;
  readonly nodes: readonly string[];
  readonly pid: number;
}

async function readyFacts(lab: LabProcess): Promise<Ready> {
  const [line] = await lab.waitFor(/\{"kind":"ready".*\}/);
  const facts: Ready = JSON.parse(line);
  return facts;
}

/** Asks until the answer matches. */
async function kubectlUntil(
  args: readonly string[],
  pattern: RegExp,
  kubeconfig: string,
): Promise<string> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const { stdout, stderr } = await runKubectl(kubectl ?? '', args, { kubeconfig });
    if (pattern.test(stdout)) return stdout;
    if (performance.now() > endMs) {
      throw new Error(`expected ${pattern} of kubectl ${args.join(' ')}, got ${stdout}${stderr}`);
    }
  }
}

/** The status of an answer, once there is somebody to give one. */
async function answeredAt(url: string): Promise<number> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    try {
      return (await fetch(url)).status;
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await sleep(50);
    }
  }
}

/** Directories of the control groups that a process is in, as far as the lab made them. */
function groupsOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', path = ''] = line.split(':');
      return path.includes('hpa-lab-') ? [join('/sys/fs/cgroup', controllers, path)] : [];
    });
}

it.skipIf(kubectl === undefined || !isLinux)(
  'is a cluster for kubectl, whose nodes can be lost, and leaves nothing behind',
  async () => {
    const kubeconfig = join(temporaryFolder(), 'new', 'config');
    const lab = startLab([
      'cluster',
      '--json',
      '--nodes',
      '2',
      '--zones',
      'a,b',
      '--node-cpu',
      '3',
      '--image',
      `sleeper:1=${SLEEPER}`,
      '--kubeconfig',
      kubeconfig,
      '--set',
      'delays.podStart=0s',
      '--set',
      'delays.podStartJitter=0s',
    ]);
    const ready = await readyFacts(lab);

    expect(ready).toMatchObject({ kubeconfig, nodes: ['node-1', 'node-2'], pid: lab.pid });
    expect(ready.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    const nodes = await kubectlUntil(
      ['get', 'nodes', '-L', 'topology.kubernetes.io/zone', '--no-headers'],
      /node-2\s+Ready/,
      kubeconfig,
    );
    expect(nodes).toMatch(/node-1\s+Ready\s.*\sa\n/);

    await runKubectl(kubectl ?? '', ['run', 'p', '--image=sleeper:1'], { kubeconfig });
    const node = await kubectlUntil(
      ['get', 'pod', 'p', '-o', 'jsonpath={.status.phase} {.spec.nodeName}'],
      /^Running /,
      kubeconfig,
    );
    const nodeName = node.split(' ')[1] ?? '';
    await lab.waitFor(/"kind":"pod".*"what":"ready"/);
    const process_ = sleepers(lab.pid)[0] ?? -1;
    const groups = groupsOf(process_);

    await runKubectl(kubectl ?? '', ['annotate', 'node', nodeName, 'hpa-lab.dev/fault=off'], {
      kubeconfig,
    });
    expect(await leftAfter(() => sleepers(lab.pid), 5_000)).toEqual([]);
    const asked = [
      ['logs', 'p'],
      ['exec', 'p', '--', 'true'],
      ['attach', 'p'],
    ];
    for (const args of asked) {
      const refused = await runKubectl(kubectl ?? '', args, { kubeconfig });
      expect(refused.stderr).toMatch(/dial tcp 127\.0\.0\.1:10250: connect: no route to host/);
    }
    await runKubectl(kubectl ?? '', ['annotate', 'node', nodeName, 'hpa-lab.dev/fault-'], {
      kubeconfig,
    });
    const isBack = (): readonly string[] => (sleepers(lab.pid).length > 0 ? [] : ['not back']);
    expect(await leftAfter(isBack, 10_000)).toEqual([]);

    const started = descendants(lab.pid);
    lab.signal('SIGTERM');
    expect(await lab.ended).toEqual({ code: 0, signal: null });
    expect(await leftAfter(() => started.filter(isRunning), 2_000)).toEqual([]);
    expect(existsSync(kubeconfig)).toBe(false);
    expect(groups.filter((directory) => existsSync(directory))).toEqual([]);
  },
);

function sleepers(pid: number): readonly number[] {
  return descendants(pid).filter((each) => {
    try {
      return readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('setInterval(() => {}, 1000)');
    } catch {
      return false; // it ended while we looked
    }
  });
}

it.skipIf(kubectl === undefined)(
  'offers metrics of the pods by the rules of a settings file, and applies manifests',
  async () => {
    const folder = temporaryFolder();
    const settings = join(folder, 'settings.yaml');
    writeFileSync(
      settings,
      `embedded:
  delays: { podStart: 0s, podStartJitter: 0s }
  podMetrics:
    scrapePeriod: 300ms
    rules:
      - { series: process_resident_memory_bytes, as: memory }
      - { series: process_resident_memory_bytes, as: memory, api: external }
`,
    );
    const lab = startLab(['cluster', '--json', '--settings', settings, '--apply', MANIFESTS]);
    const { kubeconfig } = await readyFacts(lab);

    const custom = '/apis/custom.metrics.k8s.io/v1beta2';
    const list = await kubectlUntil(['get', '--raw', custom], /pods\/memory/, kubeconfig);
    const path = `${custom}/namespaces/hpa-lab/pods/*/memory`;
    const values = await kubectlUntil(['get', '--raw', path], /(?:"value".*){3}/, kubeconfig);
    const external = await kubectlUntil(
      ['get', '--raw', '/apis/external.metrics.k8s.io/v1beta1/namespaces/hpa-lab/memory'],
      /"value"/,
      kubeconfig,
    );

    expect(JSON.parse(list)).toMatchObject({ groupVersion: 'custom.metrics.k8s.io/v1beta2' });
    const nodePort = [
      'expose',
      'deployment',
      'sample-service',
      '--type=NodePort',
      '--name=at-nodes',
    ];
    await runKubectl(kubectl ?? '', [...nodePort, '-n', 'hpa-lab'], { kubeconfig });
    const port = await kubectlUntil(
      ['get', 'svc', 'at-nodes', '-n', 'hpa-lab', '-o', 'jsonpath={.spec.ports[0].nodePort}'],
      /^3\d{4}$/,
      kubeconfig,
    );
    expect(await answeredAt(`http://127.0.0.1:${port}/healthz`)).toBe(200);
    const { items } = JSON.parse(values);
    expect(items).toHaveLength(3);
    expect(items[0].metric).toEqual({ name: 'memory', selector: null });
    // a Node process has at least 20 MB, and three of them together more than one
    expect(Number(items[0].value)).toBeGreaterThan(20e6);
    expect(Number(JSON.parse(external).items[0].value)).toBeGreaterThan(60e6);
    lab.signal('SIGINT');
    expect((await lab.ended).code).toBe(0);
  },
);

it('runs a command with the cluster in its environment and ends with its exit code', async () => {
  const script = `
    const { readFileSync } = require('node:fs');
    const config = readFileSync(process.env.KUBECONFIG, 'utf8');
    console.log('at ' + /server: (.*)/.exec(config)[1] + ' with ' + process.argv[1]);
    process.exit(7);`;

  const { code, output } = await runLab([
    'cluster',
    '--',
    process.execPath,
    '-e',
    script,
    'one argument',
  ]);

  expect(code).toBe(7);
  expect(output).toMatch(/^at https:\/\/127\.0\.0\.1:\d+ with one argument\n$/);
});

it('ends a command when it is told to end', async () => {
  const waiting = `console.log('waiting'); setInterval(() => {}, 1000);`;
  const lab = startLab(['cluster', '--', process.execPath, '-e', waiting]);
  await lab.waitFor(/waiting/);

  lab.signal('SIGTERM');

  expect((await lab.ended).code).toBe(130);
});

it('prints how to use it, with things to try', async () => {
  const lab = startLab(['cluster']);

  await lab.waitFor(/Ctrl-C ends it/);

  expect(lab.output()).toMatch(/export KUBECONFIG=\/.*\/kubeconfig\n/);
  expect(lab.output()).toMatch(/kubectl apply -k .*manifests/);
  lab.signal('SIGTERM');
  expect((await lab.ended).code).toBe(0);
});

it.skipIf(kubectl === undefined)('applies what stands in its standard input', async () => {
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: piped }\n';
  const command = ['--', kubectl ?? '', 'get', 'configmap', 'piped', '-o', 'name'];

  const piped = await runLab(['cluster', '--quiet', '--apply', '-', ...command], {
    input: manifest,
  });
  const empty = await runLab(['cluster', '--apply', '-', ...command]);

  expect(piped).toEqual({ code: 0, output: 'configmap/piped\n' });
  expect(empty.code).toBe(2);
  expect(empty.output).toMatch(/--apply -: expected manifests, found standard input empty/);
});

it('tells of a flag that it does not know as of every other fault', async () => {
  const { code, output } = await runLab(['cluster', '--bogus']);

  expect(code).toBe(2);
  expect(output).toMatch(
    /^\nerror USAGE: unknown option '--bogus'\nhint: npm run cluster -- --help/,
  );
});

it('tells all that is wrong before it starts, and what stands in its way', async () => {
  const folder = temporaryFolder();
  const mine = join(folder, 'mine');
  writeFileSync(mine, 'apiVersion: v1\n');
  const manifest = join(folder, 'pod.yaml');
  writeFileSync(manifest, 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: {}\n');
  const taken = await listen(createServer());
  onTestFinished(() => taken.close());

  const wrong = await runLab([
    'cluster',
    '--nodes',
    '0',
    '--kubeconfig',
    mine,
    '--apply',
    manifest,
    '--set',
    'hpaController.tolerance=9',
    'stray',
  ]);
  const inUse = await runLab(['cluster', '--api-port', String(taken.port)]);

  expect(wrong.code).toBe(2);
  for (const fault of [
    /expected a command only after --, found stray/,
    /--nodes 0: nodes: expected a whole number from 1 to 1000/,
    /--kubeconfig .*mine: expected .* found a file that hpa-lab did not write/,
    /--set hpaController.tolerance=9: .* expected a number from 0 to 1, found 9/,
    /Pod p: Pod "p" is invalid: spec.containers: Required value/,
  ]) {
    expect(wrong.output).toMatch(fault);
  }
  expect(inUse.code).toBe(3);
  expect(inUse.output).toMatch(/ADDRESS_IN_USE.*expected port \d+ on 127.0.0.1 to be free/);
});
