import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, markedProcesses } from '../../../src/cluster/embedded/run-guard/process-files.js';
import { RunGuard } from '../../../src/cluster/embedded/run-guard/run-guard.js';
import { sweepDeadRuns } from '../../../src/cluster/embedded/run-guard/sweep.js';
import { WallClock } from '../../../src/time/wall-clock.js';

const HARNESS = new URL('../../support/harness-process.mjs', import.meta.url).pathname;
const clock = new WallClock();

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hpa-lab-test-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Harness {
  readonly child: ChildProcess;
  readonly runId: string;
  readonly directory: string;
  readonly reaperPid: number;
  readonly groups: readonly string[];
}

async function aHarness(options: Readonly<Record<string, string>>): Promise<Harness> {
  const child = spawn(process.execPath, [HARNESS, JSON.stringify({ base, ...options })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`harness ended with ${code}: ${text}`)));
  });
  const parsed: unknown = JSON.parse(told);
  const text = (name: string): string => {
    const value = isRecord(parsed) ? parsed[name] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const cgroups = isRecord(parsed) && isRecord(parsed['cgroups']) ? parsed['cgroups'] : {};
  return {
    child,
    runId: text('runId'),
    directory: text('directory'),
    reaperPid: Number(text('reaperPid')),
    groups: Object.values(cgroups).filter((value) => typeof value === 'string'),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

async function until(what: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const endMs = clock.now() + timeoutMs; clock.now() < endMs; await clock.sleep(20)) {
    if (what()) return true;
  }
  return what();
}

const isClean = (harness: Harness): boolean =>
  markedProcesses(harness.runId).length === 0 &&
  !existsSync(harness.directory) &&
  harness.groups.every((path) => !existsSync(path)) &&
  !isAlive(harness.reaperPid);

describe.runIf(process.platform === 'linux')('nothing outlives the harness', () => {
  it.each([
    { name: 'with control groups', options: { cpuLimits: 'auto' } },
    {
      name: 'with processes stopped by the signal limiter',
      options: { cpuLimits: 'signals', accounting: 'proc' },
    },
  ])('killed with SIGKILL $name', async ({ options }) => {
    const harness = await aHarness(options);
    const count = markedProcesses(harness.runId).length;

    harness.child.kill('SIGKILL');

    expect(count).toBe(3);
    expect(await until(() => isClean(harness), 5_000)).toBe(true);
  });

  it('ended in order, and the reaper with it', async () => {
    const harness = await aHarness({ cpuLimits: 'auto' });
    const reaperRss = Number(
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${harness.reaperPid}/status`, 'utf8'))?.[1],
    );

    harness.child.kill('SIGTERM');

    expect(await until(() => isClean(harness), 5_000)).toBe(true);
    expect(reaperRss).toBeLessThan(4_096);
  });

  it('killed together with the reaper: the next run sweeps', async () => {
    const harness = await aHarness({ cpuLimits: 'signals', accounting: 'proc' });
    harness.child.kill('SIGSTOP');
    process.kill(harness.reaperPid, 'SIGKILL');
    harness.child.kill('SIGKILL');
    await until(() => !isAlive(harness.reaperPid), 2_000);
    const before = markedProcesses(harness.runId).length;

    const next = RunGuard.start({ baseDirectory: base });
    next.close();

    expect(before).toBe(3);
    expect(await until(() => isClean(harness), 5_000)).toBe(true);
  });

  it('a reaper that is killed is started again', async () => {
    const guard = RunGuard.start({ baseDirectory: base });
    const first = guard.reaperPid ?? 0;

    process.kill(first, 'SIGKILL');
    const isReplaced = await until(() => guard.reaperPid !== first, 2_000);
    guard.close();

    expect(isReplaced).toBe(true);
    expect(await until(() => !isAlive(guard.reaperPid ?? 0), 2_000)).toBe(true);
  });

  it('a sweep leaves living runs alone', () => {
    const guard = RunGuard.start({ baseDirectory: base });
    mkdirSync(join(base, 'run-dead'));
    writeFileSync(join(base, 'run-dead', 'owner.json'), '{"pid":1,"startTicks":"none"}');

    const swept = sweepDeadRuns(base);
    const left = readdirSync(base).filter((name) => name.startsWith('run-'));
    guard.close();

    expect(swept).toEqual(['dead']);
    expect(left).toEqual([`run-${guard.runId}`]);
  });
});
