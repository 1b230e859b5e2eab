/** Reads the load that a file describes: an experiment's, or a file with nothing but stages. */
import { dirname, resolve } from 'node:path';
import { LabError } from '../core/errors.js';
import { formatFault } from '../experiment/fault.js';
import { parseLoad, parseRequests } from '../experiment/parse-load.js';
import type { SessionSpec } from '../load/request-spec.js';
import type { ConnectionPolicy, LoadPlan } from '../load/sender.js';
import { readText } from './read-text.js';

/** A value, or every fault in words, with its place. */
export type ReadResult<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** What counts beside what a file says of the load. */
export interface LoadOfFileOptions {
  /** Instead of the file's own. */
  readonly seed?: number | undefined;
  /** Where the file names none; absent: what an experiment has then. */
  readonly connections?: ConnectionPolicy;
}

/** The load of a file. */
export function loadOfFile(
  path: string,
  { seed, connections }: LoadOfFileOptions = {},
): ReadResult<LoadPlan> {
  const read = readText(path);
  if (read.kind === 'unreadable') return unreadable(path, read.because);
  const parsed = parseLoad(read.text, {
    fileName: path,
    resolvePath: (relative) => resolve(dirname(path), relative),
    readText,
    ...(seed === undefined ? {} : { seed }),
    ...(connections === undefined ? {} : { connections }),
  });
  return parsed.kind === 'load'
    ? { kind: 'value', value: parsed.plan }
    : { kind: 'faults', faults: parsed.faults.map(formatFault) };
}

/** What arrivals ask, from a file that holds nothing else. */
export function requestsOfFile(path: string): ReadResult<readonly SessionSpec[]> {
  const read = readText(path);
  if (read.kind === 'unreadable') return unreadable(path, read.because);
  const parsed = parseRequests(read.text, path);
  return parsed.kind === 'requests'
    ? { kind: 'value', value: parsed.requests }
    : { kind: 'faults', faults: parsed.faults.map(formatFault) };
}

function unreadable(path: string, because: string): ReadResult<never> {
  return {
    kind: 'faults',
    faults: [`${path}: expected a file that can be read, found ${because}`],
  };
}

/**
 * The load of a file.
 *
 * @throws {LabError} `LOAD_INVALID` when it cannot be read, or with every fault.
 */
export function readLoad(path: string): LoadPlan {
  const read = loadOfFile(path);
  if (read.kind === 'value') return read.value;
  const count = read.faults.length;
  const title = `${path}: ${count === 1 ? 'a fault' : `${count} faults`}`;
  throw new LabError('LOAD_INVALID', [title, ...read.faults].join('\n  '), {
    hint: 'a profile is `stages:` as under `load:` of an experiment; experiments/ has examples',
  });
}
