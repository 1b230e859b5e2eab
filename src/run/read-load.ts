/** Reads the load that a file describes: an experiment's, or a file with nothing but stages. */
import { dirname, resolve } from 'node:path';
import { LabError } from '../core/errors.js';
import { formatFault } from '../experiment/fault.js';
import { parseLoad } from '../experiment/parse-load.js';
import type { LoadPlan } from '../load/sender.js';
import { readText } from './read-text.js';

/**
 * The load of a file.
 *
 * @throws {LabError} `LOAD_INVALID` when it cannot be read, or with every fault.
 */
export function readLoad(path: string): LoadPlan {
  const read = readText(path);
  if (read.kind === 'unreadable') {
    throw new LabError('LOAD_INVALID', `cannot read ${path}: ${read.because}`);
  }
  const parsed = parseLoad(read.text, {
    fileName: path,
    resolvePath: (relative) => resolve(dirname(path), relative),
    readText,
  });
  if (parsed.kind === 'load') return parsed.plan;
  const count = parsed.faults.length;
  const title = `${path}: ${count === 1 ? 'a fault' : `${count} faults`}`;
  throw new LabError('LOAD_INVALID', [title, ...parsed.faults.map(formatFault)].join('\n  '), {
    hint: 'a profile is `stages:` as under `load:` of an experiment; experiments/ has examples',
  });
}
