/** Folders with those above them, made without a trap of Node 20. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Not by `recursive`, which never ends on Node 20 where the
 * system says that a folder's parent is missing although it is there (`/proc`).
 *
 * @returns the topmost one that was made, as `mkdirSync` does; undefined when it was there.
 * @throws {Error} of the file system.
 */
export function makeFolders(folder: string): string | undefined {
  if (existsSync(folder)) return undefined;
  const above = makeFolders(dirname(folder));
  mkdirSync(folder);
  return above ?? folder;
}
