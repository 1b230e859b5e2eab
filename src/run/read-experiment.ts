/** Finds and reads experiment files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { MEASURES } from '../analysis/catalogue/catalogue.js';
import { LabError } from '../core/errors.js';
import type { Experiment } from '../experiment/experiment.js';
import { formatFault } from '../experiment/fault.js';
import { parseExperiment } from '../experiment/parse.js';
import { readText } from './read-text.js';

const EXTENSIONS = ['.yaml', '.yml'];

/**
 * The experiment of a name (`spike`, in `experiments/`) or of a path to its file.
 *
 * @throws {LabError} `EXPERIMENT_NOT_FOUND` with those that exist; `EXPERIMENT_INVALID` with every fault.
 */
export function readExperiment(nameOrPath: string, experimentsFolder: string): Experiment {
  const path = findExperiment(nameOrPath, experimentsFolder);
  const parsed = parseExperiment(readFileSync(path, 'utf8'), {
    fileName: path,
    resolvePath: (relative) => resolve(dirname(path), relative),
    measures: MEASURES,
    readText,
  });
  if (parsed.kind === 'faults') {
    const count = parsed.faults.length;
    const title = `${path}: ${count === 1 ? 'a fault' : `${count} faults`}`;
    throw new LabError(
      'EXPERIMENT_INVALID',
      [title, ...parsed.faults.map(formatFault)].join('\n  '),
      {
        hint: 'experiments/spike.yaml is a commented example; `npm run schema` writes the JSON Schema for editors',
      },
    );
  }
  return parsed.experiment;
}

/**
 * The path of an experiment.
 *
 * @throws {LabError} `EXPERIMENT_NOT_FOUND` with those that exist.
 */
export function findExperiment(nameOrPath: string, folder: string): string {
  const candidates = [
    resolve(nameOrPath),
    ...EXTENSIONS.map((extension) => join(folder, `${nameOrPath}${extension}`)),
  ];
  const found = candidates.find((path) => EXTENSIONS.includes(extname(path)) && existsSync(path));
  if (found !== undefined) return found;
  const names = experimentNames(folder);
  throw new LabError(
    'EXPERIMENT_NOT_FOUND',
    `expected the name of an experiment or the path of its file, got "${nameOrPath}"`,
    {
      hint:
        names.length === 0
          ? `there are none in ${folder}`
          : `experiments in ${folder}: ${names.join(', ')}`,
    },
  );
}

/** Names of the experiments in a folder, in order; empty when there is no such folder. */
export function experimentNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => EXTENSIONS.includes(extname(name)))
    .map((name) => basename(name, extname(name)))
    .sort();
}
