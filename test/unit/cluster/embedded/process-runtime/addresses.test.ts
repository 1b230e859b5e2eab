import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoopbackAddresses } from '../../../../../src/cluster/embedded/process-runtime/loopback-addresses.js';
import { parseGroups } from '../../../../../src/cluster/embedded/process-runtime/ps-usage.js';
import { seededRandom } from '../../../../../src/core/random.js';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hpa-lab-test-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const addresses = (runId: string) =>
  new LoopbackAddresses({ random: seededRandom(1), runId, baseDirectory: base });

describe('loopback addresses', () => {
  it('are all different, beyond one block too, and come from 127.64.0.0/10', () => {
    const pool = addresses('a');

    const taken = Array.from({ length: 600 }, () => pool.take());

    expect(new Set(taken).size).toBe(600);
    for (const address of taken)
      expect(address).toMatch(/^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/);
  });

  it('are given out again last', () => {
    const pool = addresses('a');
    const first = pool.take();

    pool.release(first);
    const next = Array.from({ length: 253 }, () => pool.take());

    expect(next).not.toContain(first);
    expect(pool.take()).toBe(first);
  });

  it('of a dead run are free again, with the same random numbers', () => {
    const first = addresses('dead').take();

    expect(addresses('b').take()).toBe(first);
  });
});

describe('ps', () => {
  it('is added up by process group', () => {
    const output = ['  10 0:01.50  2048', '  10 1-02:03:04 1024', '7 01:02 4', 'nonsense'].join(
      '\n',
    );

    expect(parseGroups(output)).toEqual(
      new Map([
        [10, { cpuMs: 1_500 + 93_784_000, memoryBytes: 3_072 * 1_024 }],
        [7, { cpuMs: 62_000, memoryBytes: 4_096 }],
      ]),
    );
  });
});
