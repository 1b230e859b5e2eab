import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  descendants,
  isRunning,
  leftAfter,
  markedProcesses,
  runLab,
  startLab,
  temporaryFolder,
} from '../support/lab-process.js';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** The fixture with short phases: only that each can be hit matters here. */
function shortRun(): string {
  const path = join(temporaryFolder(), 'short.yaml');
  const text = readFileSync(join(FIXTURES, 'quick.yaml'), 'utf8')
    .replace('../../../manifests', join(FIXTURES, '../../../manifests'))
    .replaceAll(/duration: \d+s/g, 'duration: 1s')
    .replace('settle: 4s', 'settle: 1s')
    .replace('name: quick', 'name: short');
  writeFileSync(path, text);
  return path;
}

const GONE_WITHIN_MS = 10_000;

const PHASES = [
  { phase: 'deploy', line: /deploying/ },
  { phase: 'settle', line: /settling/ },
  { phase: 'load', line: /^\d+:\d+ load/m },
  { phase: 'cool-down', line: /cooling down/ },
  { phase: 'tear-down', line: /tearing down/ },
];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;

const CASES = PHASES.flatMap(({ phase, line }) =>
  SIGNALS.map((signal) => ({ phase, line, signal })),
);

/** Control groups that were made for runs, wherever they are mounted. */
function cgroupsOf(runId: string): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => /^\S+ \S+ cgroup2? /.test(line))
    .map((line) => line.split(' ')[1] ?? '');
  return mounts
    .map((mount) => join(mount, `hpa-lab-${runId}`))
    .filter((directory) => existsSync(directory));
}

describe.runIf(process.platform === 'linux')('a run that is stopped', () => {
  it.each(CASES)(
    'leaves nothing after $signal in phase $phase',
    {
      timeout: 90_000,
    },
    async ({ phase, line, signal }) => {
      const results = temporaryFolder();
      const lab = startLab(['experiment', shortRun(), '--results', results]);
      const [, kubeconfig = ''] = await lab.waitFor(/export KUBECONFIG=(\S+)/);
      const runId = basename(dirname(kubeconfig)).replace('run-', '');
      await lab.waitFor(line);
      const children = descendants(lab.pid);

      lab.signal(signal);
      const end = await lab.ended;

      expect(end).toEqual(
        signal === 'SIGKILL' ? { code: null, signal } : { code: 130, signal: null },
      );
      const left = (): readonly number[] => [
        ...children.filter(isRunning),
        ...markedProcesses(runId),
      ];
      expect(await leftAfter(left, GONE_WITHIN_MS)).toEqual([]);
      expect(await leftAfter(() => cgroupsOf(runId), GONE_WITHIN_MS)).toEqual([]);
      const directories = (): readonly string[] =>
        [dirname(kubeconfig)].filter((directory) => existsSync(directory));
      expect(await leftAfter(directories, GONE_WITHIN_MS)).toEqual([]);

      const [run = 'none'] = readdirSync(join(results, 'short'));
      const folder = join(results, 'short', run);
      const report = await runLab(['report', folder]);
      // its thresholds cannot be judged of half a run
      expect(report.code, report.output).toBe(4);
      expect(report.output).toMatch(/interrupted|cut short/i);
      expect(readFileSync(join(folder, 'timeline.ndjson'), 'utf8')).toContain(`"phase":"${phase}"`);
    },
  );
});
