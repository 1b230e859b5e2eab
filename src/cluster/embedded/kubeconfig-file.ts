/** A kubeconfig at a place of the user's choosing: written only where nothing of anybody else's stands. */
import { lstatSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../../core/errors.js';
import { makeFolders } from '../../process/make-folders.js';
import type { ApiEndpoint } from './api-server.js';
import { kubeconfig } from './kubeconfig.js';
import { isAlive, processStartTicks } from './run-guard/process-files.js';

const MARK = '# hpa-lab cluster of process';
const OWNER = new RegExp(`^${MARK} (\\d+) started (\\S+); removed when it ends\n`);
const OWNER_ONLY = 0o600;

/** Why a kubeconfig cannot be written at a path, as "expected ..., found ..."; undefined when it can. */
export function kubeconfigFault(path: string): string | undefined {
  const expected = 'a path where nothing stands yet, or a kubeconfig of a cluster that has ended';
  const found = foundAt(path);
  if (found.kind === 'nothing') return undefined;
  if (found.kind === 'text') {
    const owner = OWNER.exec(found.text);
    if (owner === null) return `expected ${expected}, found a file that hpa-lab did not write`;
    if (!isOwnerAlive(owner)) return undefined;
    return `expected ${expected}, found that of a cluster that still runs (process ${owner[1]})`;
  }
  return `expected ${expected}, found ${found.what}`;
}

/**
 * Writes a kubeconfig that only its owner may read, all of it or nothing.
 *
 * @returns what removes it again, as long as it is still the same, with the folders made for it.
 * @throws {LabError} `USAGE` when something else stands there, or the folder cannot be written to.
 */
export function placeKubeconfig(path: string, endpoint: ApiEndpoint): () => void {
  const fault = kubeconfigFault(path);
  if (fault !== undefined) throw new LabError('USAGE', `--kubeconfig ${path}: ${fault}`);
  const ticks = processStartTicks(process.pid) ?? '-';
  const text = `${MARK} ${process.pid} started ${ticks}; removed when it ends\n${kubeconfig(endpoint)}`;
  const partial = `${path}.${process.pid}.partial`;
  let made: string | undefined;
  try {
    made = makeFolders(dirname(path));
    writeFileSync(partial, text, { mode: OWNER_ONLY, flag: 'wx' });
    renameSync(partial, path);
  } catch (error) {
    removeIfThere(partial);
    removeFolders(dirname(path), made);
    const because = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--kubeconfig ${path}: cannot be written: ${because}`, {
      cause: error,
    });
  }
  return () => {
    const now = foundAt(path);
    if (now.kind === 'text' && now.text === text) rmSync(path, { force: true });
    removeFolders(dirname(path), made);
  };
}

/** What cannot be removed could not be written either: the first error is the one that is told. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // its name is too long for a file, for example
  }
}

/**
 * Removes folders that were made on the way, the innermost first, as long as nothing else is in them.
 *
 * @param outermost - the first that was made; absent: none was.
 */
function removeFolders(innermost: string, outermost: string | undefined): void {
  if (outermost === undefined) return;
  try {
    for (let folder = innermost; folder.length >= outermost.length; folder = dirname(folder)) {
      rmdirSync(folder);
    }
  } catch {
    // it holds something of somebody else's, or is gone already: both are fine
  }
}

type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other'; readonly what: string };

/** A link is not followed: what it points to is not ours to replace. */
function foundAt(path: string): Found {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory()) return { kind: 'other', what: 'a folder' };
    if (!stat.isFile()) return { kind: 'other', what: 'something that is no plain file' };
    return { kind: 'text', text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { kind: 'nothing' };
    return { kind: 'other', what: error instanceof Error ? error.message : String(error) };
  }
}

/** A process of that number that was started at another time is another one. */
function isOwnerAlive([, pid, ticks]: RegExpExecArray): boolean {
  if (!isAlive(Number(pid))) return false;
  const now = processStartTicks(Number(pid));
  return ticks === '-' || now === undefined || now === ticks;
}
