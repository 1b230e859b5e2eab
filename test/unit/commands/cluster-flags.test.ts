import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ClusterFlags, clusterJob } from '../../../src/commands/cluster-flags.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'hpa-lab-flags-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function fileOf(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

function settingsOf(flags: ClusterFlags) {
  const faults: string[] = [];
  const job = clusterJob(flags, [], faults);
  if (job === undefined) throw new Error(faults.join('\n'));
  return job.settings;
}

function faultsOf(flags: ClusterFlags): readonly string[] {
  const faults: string[] = [];
  expect(clusterJob(flags, [], faults)).toBeUndefined();
  return faults;
}

describe('the flags of cluster', () => {
  it('that are not given leave the defaults of an experiment', () => {
    expect(settingsOf({})).toMatchObject({
      cpuScale: 'auto',
      images: {},
      metricsResolutionMs: 15_000,
      apiPort: 0,
      hpaController: { syncPeriodMs: 15_000 },
    });
    expect(settingsOf({}).nodes).toBeUndefined();
  });

  it('make nodes of a size, in zones in turn', () => {
    const { nodes } = settingsOf({ nodes: '3', nodeCpu: '2', nodeMemory: '1Gi', zones: 'a,b' });

    expect(nodes?.map(({ name, labels }) => [name, labels])).toEqual([
      ['node-1', { 'topology.kubernetes.io/zone': 'a' }],
      ['node-2', { 'topology.kubernetes.io/zone': 'b' }],
      ['node-3', { 'topology.kubernetes.io/zone': 'a' }],
    ]);
    expect(nodes?.[2]).toMatchObject({ cpuMillicores: 2_000, memoryBytes: 1024 ** 3, pods: 110 });
  });

  it('make a node for each zone where their number is not given', () => {
    expect(settingsOf({ zones: 'a,b,c' }).nodes).toHaveLength(3);
  });

  it('map images to commands', () => {
    const { images } = settingsOf({ image: ['app:1=node "my app.js" --x=1', 'b=sh'] });

    expect(images).toEqual({
      'app:1': { command: ['node', 'my app.js', '--x=1'], env: {} },
      b: { command: ['sh'], env: {} },
    });
  });

  it('count more than the settings file, and single settings more than either', () => {
    const settings = fileOf(
      'settings.yaml',
      'name: whatever else stands in it\nembedded:\n  apiPort: 7001\n  hpaController: { syncPeriod: 9s, tolerance: 0.2 }\n',
    );

    expect(
      settingsOf({ settings, apiPort: '7002', set: ['hpaController.syncPeriod=2s'] }),
    ).toMatchObject({ apiPort: 7_002, hpaController: { syncPeriodMs: 2_000, tolerance: 0.2 } });
  });

  it('that are wrong are told all at once, in the words of the flag', () => {
    const settings = fileOf('wrong.yaml', 'embedded:\n  apiPort: high\n  nods: 3\n');

    expect(
      faultsOf({
        settings,
        seed: '-1',
        json: true,
        quiet: true,
        nodes: 'many',
        apiPort: '70000',
        image: ['app', 'b="x'],
        set: ['hpaController.tolerance=9', 'hpaControler.syncPeriod=1s', 'x'],
        kubeconfig: FOLDER,
      }),
    ).toEqual([
      '--quiet: expected no such flag with --json, found both',
      `--kubeconfig ${FOLDER}: expected a path where nothing stands yet, or a kubeconfig of a cluster that has ended, found a folder`,
      '--seed: expected a whole number from 0 to 4294967295, found "-1"',
      `${settings}:2:12: embedded.apiPort: expected a whole number from 0 to 65535, found "high"`,
      expect.stringContaining(`${settings}:3:3: embedded.nods: expected one of the fields `),
      '--image: expected NAME=COMMAND, such as app:1="node app.js", found "app"',
      '--image: expected NAME=COMMAND, such as app:1="node app.js", found "b=\\"x"',
      '--set: expected PATH=VALUE, such as hpaController.syncPeriod=5s, found "x"',
      '--nodes many: nodes: expected a whole number from 1 to 1000, or a list of nodes, found "many"',
      '--api-port 70000: apiPort: expected a whole number from 0 to 65535, found 70000',
      '--set hpaController.tolerance=9: hpaController.tolerance: expected a number from 0 to 1, found 9',
      expect.stringMatching(
        /^--set hpaControler\.syncPeriod=1s: hpaControler: .*did you mean hpaController\?/,
      ),
    ]);
  });

  it('name a settings file that is not there', () => {
    expect(faultsOf({ settings: join(FOLDER, 'none.yaml') })).toEqual([
      expect.stringContaining('expected a file that can be read, found ENOENT'),
    ]);
  });
});
