/** Which of many runs are trials of one and the same: those that ran the same, named by what differs. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedVariant } from '../analysis/compare/baseline-file.js';
import { fieldOf, isRecord } from '../core/json.js';
import { RESULT_FILES } from '../run/result-folder.js';
import type { RunReport } from './run-reports.js';

/** Runs of one variant. */
export interface RunGroup extends Pick<NamedVariant, 'name' | 'values'> {
  /** Indexes of the runs. */
  readonly runs: readonly number[];
}

/** What a run sets, by path. */
type Settings = ReadonlyMap<string, string>;

/** Of an experiment, what does not change what is run. */
const NOT_RUN = new Set([
  'seed',
  'folder',
  'manifests',
  'target',
  'thresholds',
  'question',
  'matrix',
  'trials',
]);
const PIECE_BYTES = 64 * 1_024;
const MOST_NAMED = 3;

/**
 * Groups runs by what was run (experiment, manifests, kind of cluster, without seeds), in the order of
 * their first.
 *
 * @param folders - of the runs, in their order.
 */
export function groupRuns(
  folders: readonly string[],
  runs: readonly { readonly report?: RunReport }[],
): readonly RunGroup[] {
  const settings = runs.map(({ report }, index) =>
    settingsOf(report?.folder ?? folders[index] ?? '', report),
  );
  const groups = new Map<string, { readonly settings: Settings; readonly runs: number[] }>();
  for (const [index, each] of settings.entries()) {
    const key = JSON.stringify([...each].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key) ?? { settings: each, runs: [] };
    group.runs.push(index);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const differing = differingPaths(all.map((group) => group.settings));
  const names = all.map((group, index) => nameOf(group.settings, differing, index));
  return all.map((group, index) => ({
    name: isUnique(names, index) ? (names[index] ?? '') : `${names[index] ?? ''} #${index + 1}`,
    values: Object.fromEntries(differing.map((path) => [path, group.settings.get(path) ?? null])),
    runs: group.runs,
  }));
}

function isUnique(names: readonly string[], index: number): boolean {
  return names.filter((name) => name === names[index]).length === 1;
}

function differingPaths(all: readonly Settings[]): readonly string[] {
  const paths = new Set(all.flatMap((settings) => [...settings.keys()]));
  const first = all[0];
  return [...paths].filter((path) =>
    all.some((settings) => settings.get(path) !== first?.get(path)),
  );
}

/** `averageUtilization=50, maxReplicas=20`; many differences, or none, are numbered. */
function nameOf(settings: Settings, differing: readonly string[], index: number): string {
  if (differing.length === 0) return 'runs';
  if (differing.length > MOST_NAMED) return `variant ${index + 1}`;
  return differing
    .map((path) => `${path.split('.').at(-1) ?? path}=${settings.get(path) ?? 'none'}`)
    .join(', ');
}

function settingsOf(folder: string, report: RunReport | undefined): Settings {
  const header = headerOf(folder);
  const settings = new Map<string, string>([['target', report?.target ?? '']]);
  const experiment = fieldOf(header, 'experiment');
  const manifests = fieldOf(header, 'manifests');
  if (!isRecord(experiment)) {
    flatten(report?.settings, 'settings', settings);
    return settings;
  }
  for (const [name, value] of Object.entries(experiment)) {
    if (!NOT_RUN.has(name)) flatten(value, name, settings);
  }
  for (const object of Array.isArray(manifests) ? manifests : []) {
    const kind = fieldOf(object, 'kind');
    const name = fieldOf(fieldOf(object, 'metadata'), 'name');
    flatten(object, `${String(kind)}/${String(name)}`, settings);
  }
  return settings;
}

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (!isRecord(value)) {
    into.set(path, typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
    return;
  }
  for (const [name, each] of Object.entries(value)) flatten(each, `${path}.${name}`, into);
}

/** The first line of a timeline; undefined when there is none that can be read. */
function headerOf(folder: string): unknown {
  try {
    return JSON.parse(firstLineOf(join(folder, RESULT_FILES.timeline)));
  } catch {
    return undefined;
  }
}

function firstLineOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (;;) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const read = readSync(file, piece, 0, PIECE_BYTES, null);
      const end = piece.subarray(0, read).indexOf(0x0a);
      pieces.push(piece.subarray(0, end === -1 ? read : end));
      if (read === 0 || end !== -1) return Buffer.concat(pieces).toString('utf8');
    }
  } finally {
    closeSync(file);
  }
}
