import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  kubeconfigFault,
  placeKubeconfig,
} from '../../../../src/cluster/embedded/kubeconfig-file.js';

const ENDPOINT = { url: 'https://127.0.0.1:1', caPem: 'CA', token: 'secret' };
/** No process has this number: it is above what Linux and macOS give out. */
const NOBODY = 2 ** 30;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hpa-lab-kubeconfig-'));
  path = join(folder, 'config');
});
afterEach(() => rmSync(folder, { recursive: true }));

function ownedBy(pid: number): string {
  return `# hpa-lab cluster of process ${pid} started -; removed when it ends\napiVersion: v1\n`;
}

describe('a kubeconfig at a place of choice', () => {
  it('is readable by its owner alone, and goes when the cluster ends', () => {
    const remove = placeKubeconfig(join(folder, 'new', 'config'), ENDPOINT);

    const placed = join(folder, 'new', 'config');
    expect(statSync(placed).mode & 0o777).toBe(0o600);
    expect(readFileSync(placed, 'utf8')).toContain('token: secret');
    remove();
    expect(existsSync(placed)).toBe(false);
  });

  it('takes the folders along that were made for it, unless something else is in them', () => {
    const removeBoth = [
      placeKubeconfig(join(folder, 'deep', 'path', 'a'), ENDPOINT),
      placeKubeconfig(join(folder, 'other', 'path', 'b'), ENDPOINT),
    ];
    writeFileSync(join(folder, 'other', 'mine'), 'mine');

    for (const remove of removeBoth) remove();

    expect(readdirSync(folder)).toEqual(['other']);
    expect(readdirSync(join(folder, 'other'))).toEqual(['mine']);
  });

  it('leaves no folder behind when it cannot be written', () => {
    const name = 'x'.repeat(250); // with the ending of a partial file it is too long

    expect(() => placeKubeconfig(join(folder, 'deep', name), ENDPOINT)).toThrow(
      /cannot be written/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stays when somebody has written something else there meanwhile', () => {
    const remove = placeKubeconfig(path, ENDPOINT);
    writeFileSync(path, 'mine');

    remove();

    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('takes the place of one whose cluster has ended', () => {
    writeFileSync(path, ownedBy(NOBODY), { mode: 0o644 });

    placeKubeconfig(path, ENDPOINT);

    expect(readFileSync(path, 'utf8')).toContain('token: secret');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('never takes the place of a file that is not ours', () => {
    writeFileSync(path, 'apiVersion: v1\nkind: Config\n');

    expect(kubeconfigFault(path)).toMatch(/found a file that hpa-lab did not write$/);
    expect(() => placeKubeconfig(path, ENDPOINT)).toThrow(/--kubeconfig .*did not write/);
    expect(readFileSync(path, 'utf8')).toBe('apiVersion: v1\nkind: Config\n');
  });

  it('never takes the place of one whose cluster still runs', () => {
    writeFileSync(path, ownedBy(process.pid));

    expect(kubeconfigFault(path)).toMatch(
      /found that of a cluster that still runs \(process \d+\)$/,
    );
  });

  it('follows no link', () => {
    const target = join(folder, 'target');
    writeFileSync(target, ownedBy(NOBODY));
    symlinkSync(target, path);

    expect(kubeconfigFault(path)).toMatch(/found something that is no plain file$/);
    expect(readFileSync(target, 'utf8')).toBe(ownedBy(NOBODY));
  });

  // Node 20 alone would look for its parent for ever
  it.runIf(process.platform === 'linux')('gives up where no folder can be made', () => {
    expect(() => placeKubeconfig('/proc/no-such/config', ENDPOINT)).toThrow(/cannot be written/);
  });

  it('says why it cannot be written', () => {
    writeFileSync(path, '');

    expect(() => placeKubeconfig(join(path, 'below'), ENDPOINT)).toThrow(/--kubeconfig .*below: /);
  });
});
