/** Reads an experiment file with its matrix, and finds everything that is wrong with it before anything runs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MEASURES } from '../analysis/catalogue/catalogue.js';
import { LabError } from '../core/errors.js';
import { isKubeObject } from '../core/object-guards.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import { type Fault, formatFault } from '../experiment/fault.js';
import { prepareManifests } from '../experiment/manifests.js';
import type { Setting } from '../experiment/matrix-axes.js';
import {
  type ObjectsSet,
  refusedFault,
  setObjects,
  settingBehind,
} from '../experiment/matrix-objects.js';
import {
  inOrder,
  type ParsedMatrix,
  type ParsedVariant,
  parseMatrix,
} from '../experiment/parse-matrix.js';
import type { RawDocument } from '../experiment/yaml-document.js';
import { labVersion } from './environment.js';
import { findExperiment } from './read-experiment.js';
import { readObjects } from './read-manifests.js';
import { readText } from './read-text.js';

/** A variant, whole: an experiment like any other. */
export interface Variant {
  readonly name: string;
  /** What it sets, by path. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly experiment: Experiment;
}

/** An experiment with its variants. */
export interface ReadMatrix {
  /** Without its matrix. */
  readonly experiment: Experiment;
  /** False: one variant and one trial, so nothing to compare. */
  readonly isMatrix: boolean;
  readonly variants: readonly Variant[];
  /** Name of one of them. */
  readonly baseline: string;
  readonly trials: number;
  /** SHA-256 of all that decides what is run, but for the number of trials. */
  readonly digest: string;
  /** The objects of a variant's manifests, patched and labelled; nothing is read again. */
  readonly objectsOf: (
    experiment: Experiment,
    labels: Readonly<Record<string, string>>,
  ) => readonly KubeObject[];
}

/** How it is read. */
export interface ReadMatrixOptions {
  /** Where named experiments are. */
  readonly experiments: string;
  /** Instead of the file's own. */
  readonly trials?: number;
  /** Messages of an API server that refuses objects; empty when it takes them all. */
  readonly objectFaults: (objects: readonly KubeObject[]) => readonly string[];
}

/**
 * The experiment of a name or path, and its variants.
 *
 * @throws {LabError} `EXPERIMENT_NOT_FOUND`; `EXPERIMENT_INVALID` with every fault, those of objects
 *   included; `MANIFEST_INVALID` when the manifests are faulty without any variant.
 */
export async function readMatrix(name: string, options: ReadMatrixOptions): Promise<ReadMatrix> {
  const path = findExperiment(name, options.experiments);
  const { trials } = options;
  const parsed = parseMatrix(readFileSync(path, 'utf8'), {
    fileName: path,
    resolvePath: (relative) => resolve(dirname(path), relative),
    measures: MEASURES,
    readText,
    ...(trials === undefined ? {} : { trials }),
  });
  const { experiment, document } = parsed;
  if (experiment === undefined || document === undefined) throw invalid(path, parsed.faults);
  const manifests = await readAll([
    experiment,
    ...parsed.variants.map((variant) => variant.experiment),
  ]);
  const check = new ObjectCheck(manifests, document, options.objectFaults);
  // without a matrix the objects are checked where they are applied
  if (parsed.isMatrix) check.base(experiment);
  const variants = parsed.variants.map((variant) => check.variant(variant));
  const faults = inOrder([...parsed.faults, ...check.faults]);
  if (faults.length > 0) throw invalid(path, faults);
  const objectsOf: ReadMatrix['objectsOf'] = (of, labels) => manifests.prepared(of, labels);
  return {
    experiment,
    isMatrix: parsed.isMatrix,
    variants,
    baseline: baselineOf(parsed, variants, experiment),
    trials: parsed.trials,
    digest: digestOf(variants, manifests),
    objectsOf,
  };
}

/** Manifests as they stand in their files, each set of files read once. */
class Manifests {
  readonly bySet: ReadonlyMap<string, readonly KubeObject[]>;

  constructor(bySet: ReadonlyMap<string, readonly KubeObject[]>) {
    this.bySet = bySet;
  }

  /** @throws {LabError} `MANIFEST_INVALID`. */
  prepared(
    { manifests, namespace, patches }: Experiment,
    labels: Readonly<Record<string, string>>,
  ): readonly KubeObject[] {
    const objects = this.bySet.get(setKey(manifests)) ?? [];
    const prepared = prepareManifests(objects, { namespace, patches, labels });
    if (prepared.kind === 'objects') return prepared.objects;
    throw new LabError('MANIFEST_INVALID', prepared.faults.join('\n'));
  }
}

async function readAll(experiments: readonly Experiment[]): Promise<Manifests> {
  const sets = new Map(experiments.map(({ manifests }) => [setKey(manifests), manifests]));
  const bySet = new Map<string, readonly KubeObject[]>();
  for (const [key, manifests] of sets) {
    const parsed = await readObjects(manifests);
    if (parsed.kind === 'faults') throw new LabError('MANIFEST_INVALID', parsed.faults.join('\n'));
    bySet.set(key, parsed.objects);
  }
  return new Manifests(bySet);
}

function setKey(manifests: readonly string[]): string {
  return manifests.join('\n');
}

/** Makes variants of objects and shows each object once to the API server. */
class ObjectCheck {
  readonly faults: Fault[] = [];
  readonly #manifests: Manifests;
  readonly #document: RawDocument;
  readonly #objectFaults: ReadMatrixOptions['objectFaults'];
  readonly #known = new Map<string, readonly string[]>();
  /** Places of values that were refused already, with whatever else. */
  readonly #told = new Set<string>();
  readonly #prepared = new Map<string, readonly KubeObject[]>();

  constructor(
    manifests: Manifests,
    document: RawDocument,
    objectFaults: ReadMatrixOptions['objectFaults'],
  ) {
    this.#manifests = manifests;
    this.#document = document;
    this.#objectFaults = objectFaults;
  }

  /** @throws {LabError} `MANIFEST_INVALID` when the API server refuses what no variant has changed. */
  base(experiment: Experiment): void {
    const objects = this.#manifests.prepared(experiment, {});
    for (const kind of ['deployment', 'hpa', 'service'] as const) {
      const name = experiment[kind];
      if (objects.some((o) => o.kind === KINDS[kind] && o.metadata.name === name)) continue;
      const expected = `the name of a ${KINDS[kind]} in the manifests`;
      this.faults.push(this.#document.fault(['underTest', kind], expected, JSON.stringify(name)));
    }
    const refused = this.#objectFaults(objects);
    if (refused.length > 0) throw new LabError('MANIFEST_INVALID', refused.join('\n'));
  }

  variant({ name, values, experiment, objectSettings }: ParsedVariant): Variant {
    if (objectSettings.length === 0) return { name, values, experiment };
    const objects = this.#objectsOf(experiment);
    const document = this.#document;
    let settings = objectSettings;
    let set = setObjects(experiment, settings, { objects, document });
    this.faults.push(...set.faults);
    // a server tells only what it comes upon first: without that setting it tells the next
    for (let blamed = this.#blamed(set); blamed.size > 0; blamed = this.#blamed(set)) {
      settings = settings.filter((setting) => !blamed.has(setting));
      set = setObjects(experiment, settings, { objects, document });
    }
    return { name, values, experiment: set.experiment };
  }

  /** The settings that the API server refuses; empty when it takes the objects. */
  #blamed({ changed }: ObjectsSet): ReadonlySet<Setting> {
    const blamed = new Set<Setting>();
    for (const { object, by } of changed) {
      for (const message of this.#refused(object)) {
        const setting = settingBehind(message, by);
        if (setting === undefined) continue;
        blamed.add(setting);
        if (this.#told.has(String(setting.at))) continue;
        this.#told.add(String(setting.at));
        this.faults.push(refusedFault(message, setting, this.#document));
      }
    }
    return blamed;
  }

  #objectsOf(experiment: Experiment): readonly KubeObject[] {
    const { manifests, namespace, patches } = experiment;
    const key = JSON.stringify([manifests, namespace, patches]);
    const objects = this.#prepared.get(key) ?? this.#manifests.prepared(experiment, {});
    this.#prepared.set(key, objects);
    return objects;
  }

  #refused(object: unknown): readonly string[] {
    const key = JSON.stringify(object);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const refused = isKubeObject(object)
      ? this.#objectFaults([object])
      : ['no Kubernetes object any more'];
    this.#known.set(key, refused);
    return refused;
  }
}

const KINDS = {
  deployment: 'Deployment',
  hpa: 'HorizontalPodAutoscaler',
  service: 'Service',
} as const;

/** The one that the file names, else the one that changes nothing, else the first. */
function baselineOf(
  { baseline }: ParsedMatrix,
  variants: readonly Variant[],
  experiment: Experiment,
): string {
  const asIs = JSON.stringify(experiment);
  const same = variants.find((variant) => JSON.stringify(variant.experiment) === asIs);
  return baseline ?? same?.name ?? variants[0]?.name ?? '';
}

function digestOf(variants: readonly Variant[], manifests: Manifests): string {
  const hash = createHash('sha256').update(labVersion());
  for (const objects of manifests.bySet.values()) hash.update(JSON.stringify(objects));
  for (const { name, experiment } of variants) {
    // where the files lie does not matter, what they hold does
    const { folder: _, manifests: __, target: ___, ...what } = experiment;
    hash.update(JSON.stringify([name, what]));
  }
  return hash.digest('hex');
}

function invalid(path: string, faults: readonly Fault[]): LabError {
  const count = faults.length;
  const title = `${path}: ${count === 1 ? 'a fault' : `${count} faults`}`;
  return new LabError('EXPERIMENT_INVALID', [title, ...faults.map(formatFault)].join('\n  '), {
    hint: 'experiments/spike.yaml is a commented example, hpa-threshold.yaml one of a matrix; `npm run schema` writes the JSON Schema for editors',
  });
}
