import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fieldOf, isRecord } from '../../src/core/json.js';
import { findKubectl, runKubectl } from '../support/kubectl.js';
import {
  isRunning,
  descendants,
  leftAfter,
  runLab,
  startLab,
  temporaryFolder,
} from '../support/lab-process.js';

const QUICK = fileURLToPath(new URL('./fixtures/quick.yaml', import.meta.url));
const GENERATED = new URL('../../generated/', import.meta.url);
const GONE_WITHIN_MS = 5_000;

function runFolder(results: string, experiment: string): string {
  const [run] = readdirSync(join(results, experiment));
  return join(results, experiment, run ?? 'none');
}

/** Made again by `report` from the timeline alone, byte for byte. */
function reportFiles(folder: string): readonly string[] {
  const names = [
    'report.txt',
    'report.json',
    'report.md',
    'report.html',
    'junit.xml',
    'measures.csv',
  ];
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function fileOf(text: string): string {
  const path = join(temporaryFolder(), 'case.yaml');
  writeFileSync(path, text);
  return path;
}

describe('a whole run', () => {
  it('scales real processes out and in, answers kubectl meanwhile, and leaves nothing behind', {
    timeout: 120_000,
  }, async () => {
    const results = temporaryFolder();
    const summary = join(results, 'summary.md');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const lab = startLab(['experiment', QUICK, '--results', results], { env });
    const [, kubeconfig = ''] = await lab.waitFor(/export KUBECONFIG=(\S+)/);
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);

    await lab.waitFor(/load: high/);
    const kubectl = findKubectl();
    // Without a kubectl on the machine the same API is tested with the JavaScript client elsewhere.
    if (kubectl !== undefined) {
      const ask = (...args: readonly string[]) =>
        runKubectl(kubectl, ['-n', 'hpa-lab-quick', ...args], { kubeconfig });
      expect((await ask('get', 'hpa,pods')).stdout).toMatch(
        /horizontalpodautoscaler.*sample-service[\s\S]*Running/,
      );
      expect((await ask('top', 'pods')).stdout).toMatch(/sample-service-\S+\s+\d+m\s+\d+Mi/);
    }
    const children = descendants(lab.pid);
    expect(children.length).toBeGreaterThanOrEqual(4);
    const { code } = await lab.ended;

    // One of its thresholds cannot hold.
    expect(code, lab.output()).toBe(4);
    expect(lab.output()).toMatch(
      /^::error title=Threshold failed::replicas\.peakReady >= 40: was 4$/m,
    );
    expect(lab.output()).toMatch(
      /^error THRESHOLD_FAILED: 1 of 2 thresholds failed\n {2}replicas\.peakReady >= 40: was 4$/m,
    );
    expect(lab.output()).toMatch(/^::group::quick: the run\n::stop-commands::[0-9a-f]{32}$/m);
    expect(await leftAfter(() => children.filter(isRunning), GONE_WITHIN_MS)).toEqual([]);
    expect(existsSync(dirname(kubeconfig))).toBe(false);
    const folder = runFolder(results, 'quick');
    const report = readJson(join(folder, 'report.json'));
    const schema = readJson(fileURLToPath(new URL('report.schema.json', GENERATED)));
    const validate = new Ajv2020({ strict: false }).compile(isRecord(schema) ? schema : {});
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    const specReplicas = readFileSync(join(folder, 'timeline.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
      .filter((record) => fieldOf(record, 'kind') === 'workload')
      .map((record) => Number(fieldOf(record, 'specReplicas')));
    expect(specReplicas[0]).toBe(2);
    expect(Math.max(...specReplicas)).toBe(4);
    expect(specReplicas.at(-1)).toBe(2);

    const before = reportFiles(folder);
    const again = await runLab(['report', folder]);
    expect(again.code).toBe(4);
    expect(again.output).toContain('PASS        replicas.peakReady >= 4');
    expect(reportFiles(folder)).toEqual(before);
    expect(readFileSync(summary, 'utf8')).toBe(readFileSync(join(folder, 'report.md'), 'utf8'));
    const junit = await runLab(['report', folder, '--format', 'junit']);
    expect(junit.code).toBe(4);
    expect(junit.output).toContain(readFileSync(join(folder, 'junit.xml'), 'utf8'));

    const explained = await runLab(['explain', folder]);
    expect(explained.code, explained.output).toBe(0);
    expect(explained.output).toMatch(/\d\d:\d\d {2}2 to \d replicas/);
    expect(explained.output).toMatch(/for \d: /);
  });
});

describe('bad input', () => {
  const valid = readFileSync(QUICK, 'utf8').replace(
    '../../../manifests',
    join(dirname(QUICK), '../../../manifests'),
  );

  it('lists the experiments that exist when the one that was asked for does not', async () => {
    const { code, output } = await runLab(['experiment', 'spyke']);

    expect(code).toBe(2);
    expect(output).toContain('EXPERIMENT_NOT_FOUND');
    expect(output).toContain('spike');
  });

  it('tells every fault of a malformed experiment with its place', async () => {
    const text = valid.replace('coolDown: 1s', 'coolDown: soon').replace('rate: 4/s', 'rate: -4/s');

    const path = fileOf(text);
    const { code, output } = await runLab(['experiment', path]);

    expect(code).toBe(2);
    expect(output).toContain('2 faults');
    expect(output.match(/case\.yaml:\d+:\d+/g)).toHaveLength(2);
  });

  it('names a manifest that cannot be read', async () => {
    const text = valid.replace(/manifests: \[.*\]/, 'manifests: [./no-such-folder]');

    const { code, output } = await runLab(['experiment', fileOf(text)]);

    expect(code).toBe(2);
    expect(output).toContain('MANIFEST_INVALID');
    expect(output).toContain('no-such-folder');
  });

  it('names the port that is taken', async () => {
    const blocker = createServer().listen({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => {
      blocker.once('listening', resolve);
    });
    onTestFinished(() => {
      blocker.close();
    });
    const address = blocker.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const text = valid.replace('embedded:\n', `embedded:\n  apiPort: ${port}\n`);

    const { code, output } = await runLab(['experiment', fileOf(text)]);

    expect(code).toBe(3);
    expect(output).toContain('ADDRESS_IN_USE');
    expect(output).toContain(String(port));
  });

  it.each(['auto', 'signals'])(
    'shows the last log lines of a service that never becomes ready (CPU limits: %s)',
    async (limits) => {
      const failing = `embedded:
  cpuLimits: ${limits}
  images:
    hpa-lab/sample-service:0.1.0:
      command: [${process.execPath}, -e, "console.log('no database, giving up'); process.exit(7)"]
`;
      const text = `${valid.replace('embedded:\n', failing)}\nreadyTimeout: 3s\n`;
      const results = temporaryFolder();

      const { code, output } = await runLab(['experiment', fileOf(text), '--results', results]);

      expect(code).toBe(3);
      expect(output).toContain('SERVICE_NEVER_READY');
      expect(output).toContain('no database, giving up');
      expect(output).toContain('exit code 7');
      expect(existsSync(join(runFolder(results, 'quick'), 'report.txt'))).toBe(true);
    },
  );

  it('refuses a rate that no sender can keep before anything is started', async () => {
    const { code, output } = await runLab([
      'experiment',
      fileOf(valid.replace('rate: 25/s', 'rate: 900000/s')),
    ]);

    expect(code).toBe(2);
    expect(output).toContain('LOAD_INVALID');
    expect(output).toContain('900000/s');
    expect(output).not.toContain('KUBECONFIG');
  });

  it('tells what the API server would refuse before anything is started, misspelt fields too', async () => {
    const text = valid
      .replace('scaleDown: { stabilizationWindowSeconds: 2 }', 'scaledown: {}')
      .replace('replicas: 2', 'replicas: many');

    const { code, output } = await runLab(['experiment', fileOf(text)]);

    expect(code).toBe(2);
    expect(output).toContain('MANIFEST_INVALID');
    expect(output).toContain('unknown field "spec.behavior.scaledown"');
    expect(output).toContain('spec.replicas');
    expect(output).not.toContain('KUBECONFIG');
  });

  it('says where results cannot be written', async () => {
    const { code, output } = await runLab(['experiment', QUICK, '--results', '/proc/x']);

    expect(code).toBe(2);
    expect(output).toContain('RESULT_INVALID');
    expect(output).toContain('/proc/x');
  });

  it('tells a threshold on a measure that does not exist, with the nearest name', async () => {
    const text = valid.replace('replicas.peakReady', 'replicas.peekReady');

    const { code, output } = await runLab(['experiment', fileOf(text)]);

    expect(code).toBe(2);
    expect(output).toMatch(
      /case\.yaml:\d+:5: thresholds\[0\]: expected the name of a measure, found "replicas\.peekReady" \(did you mean replicas\.peakReady/,
    );
    expect(output).not.toContain('KUBECONFIG');
  });

  it.each([
    [['--out', 'x'], 'expected --format with --out'],
    [['--series'], 'expected --format csv with --series'],
    [['--format', 'pdf'], 'ascii, json, markdown, junit, html, csv'],
  ])('says what %j of a report means nothing', async (args, text) => {
    const { code, output } = await runLab(['report', temporaryFolder(), ...args]);

    expect(code).toBe(2);
    expect(output).toContain(text);
  });

  it('says what a folder lacks that is no result folder', async () => {
    const { code, output } = await runLab(['report', temporaryFolder()]);

    expect(code).toBe(2);
    expect(output).toContain('RESULT_INVALID');
  });
});
