/** Manifest files of an experiment, from the disk. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../core/errors.js';
import type { KubeObject, StringMap } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import {
  type ManifestFile,
  type ParsedManifests,
  parseManifests,
  prepareManifests,
} from '../experiment/manifests.js';
import { isKustomization, kustomizationFaults } from './kustomization-faults.js';

const MANIFEST = /\.(ya?ml|json)$/;

/**
 * Reads, patches and labels an experiment's manifests.
 *
 * @throws {LabError} `MANIFEST_INVALID` with every fault, one a line.
 */
export async function readManifests(
  experiment: Experiment,
  labels: StringMap,
): Promise<readonly KubeObject[]> {
  const parsed = await readObjects(experiment.manifests);
  if (parsed.kind === 'faults') throw invalid(parsed.faults);
  const { namespace, patches } = experiment;
  const prepared = prepareManifests(parsed.objects, { namespace, patches, labels });
  if (prepared.kind === 'faults') throw invalid(prepared.faults);
  const missing = missingUnderTest(experiment, prepared.objects);
  if (missing.length > 0) throw invalid(missing);
  return prepared.objects;
}

/**
 * The objects of files and folders, as they stand there.
 *
 * @throws {LabError} `MANIFEST_INVALID` when one cannot be read.
 */
export async function readObjects(paths: readonly string[]): Promise<ParsedManifests> {
  const found = await Promise.all(paths.map(filesOf));
  const parsed = parseManifests(found.flatMap(({ files }) => files));
  const faults = found.flatMap((one) => one.faults);
  if (faults.length === 0) return parsed;
  return {
    kind: 'faults',
    faults: parsed.kind === 'faults' ? [...faults, ...parsed.faults] : faults,
  };
}

/** What a path stands for. */
interface FoundFiles {
  readonly files: readonly ManifestFile[];
  readonly faults: readonly string[];
}

function invalid(faults: readonly string[]): LabError {
  return new LabError('MANIFEST_INVALID', faults.join('\n'));
}

/** A folder stands for the manifests in it, in order of their names; a kustomization is not one. */
async function filesOf(path: string): Promise<FoundFiles> {
  try {
    if (!(await stat(path)).isDirectory()) return { files: [await fileAt(path)], faults: [] };
    const all = (await readdir(path)).sort();
    const names = all.filter((name) => MANIFEST.test(name) && !isKustomization(name));
    const read = (some: readonly string[]): Promise<readonly ManifestFile[]> =>
      Promise.all(some.map((name) => fileAt(join(path, name))));
    const kustomizations = await read(all.filter((name) => isKustomization(name)));
    return {
      files: await read(names),
      faults: kustomizations.flatMap((file) => kustomizationFaults(file, names)),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('MANIFEST_INVALID', `cannot read manifests at ${path}: ${reason}`, {
      hint: 'paths under `manifests:` are relative to the experiment file',
      cause: error,
    });
  }
}

async function fileAt(path: string): Promise<ManifestFile> {
  return { path, text: await readFile(path, 'utf8') };
}

function missingUnderTest(
  { deployment, service, hpa }: Experiment,
  objects: readonly KubeObject[],
): readonly string[] {
  const wanted = [
    ['Deployment', deployment],
    ['Service', service],
    ['HorizontalPodAutoscaler', hpa],
  ] as const;
  return wanted
    .filter(([kind, name]) => !objects.some((o) => o.kind === kind && o.metadata.name === name))
    .map(
      ([kind, name]) => `the manifests hold no ${kind} named ${name}, which the experiment tests`,
    );
}
