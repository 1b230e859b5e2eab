/** Variants of objects under test: a field set in a manifest becomes one more patch of the experiment. */
import { isRecord } from '../core/json.js';
import type { KubeObject } from '../core/objects.js';
import type { Experiment } from './experiment.js';
import type { Fault } from './fault.js';
import type { ObjectRoot, Setting } from './matrix-axes.js';
import { patchBetween, stepsThere, withValueAt } from './matrix-path.js';
import { missingPlace } from './parse-matrix.js';
import { pathText, type RawDocument } from './yaml-document.js';

const KIND_OF: Readonly<Record<ObjectRoot, string>> = {
  hpa: 'HorizontalPodAutoscaler',
  deployment: 'Deployment',
  service: 'Service',
};

/** An experiment with fields of its objects set. */
export interface ObjectsSet {
  /** With a patch for each object that is changed. */
  readonly experiment: Experiment;
  /** The objects as they are then, with the settings that made them so. */
  readonly changed: readonly { readonly object: unknown; readonly by: readonly Setting[] }[];
  readonly faults: readonly Fault[];
}

/**
 * Sets fields of objects under test.
 *
 * @param of - `objects`: the experiment's, prepared; they are not changed.
 */
export function setObjects(
  experiment: Experiment,
  settings: readonly Setting[],
  of: { readonly objects: readonly KubeObject[]; readonly document: RawDocument },
): ObjectsSet {
  const faults: Fault[] = [];
  const changed: ObjectsSet['changed'][number][] = [];
  const patches = [...experiment.patches];
  for (const root of ['deployment', 'hpa', 'service'] as const) {
    const own = settings.filter(({ field }) => field.object === root);
    const kind = KIND_OF[root];
    const name = experiment[root];
    const before = of.objects.find((o) => o.kind === kind && o.metadata.name === name);
    if (own.length === 0 || before === undefined) continue;
    let after: unknown = before;
    for (const setting of own) {
      const expected = missingIn(after, setting);
      if (expected !== undefined) faults.push(of.document.keyFault(setting.namedAt, expected));
      else after = withValueAt(after, setting.field.path, setting.value);
    }
    const patch = isRecord(after) ? patchBetween({ ...before }, after) : undefined;
    if (patch !== undefined) patches.push({ kind, name, patch });
    changed.push({ object: after, by: own });
  }
  return { experiment: { ...experiment, patches }, changed, faults };
}

function missingIn(object: unknown, { field }: Setting): string | undefined {
  const there = stepsThere(object, field.path);
  for (let index = there; index < field.path.length; index++) {
    const expected = missingPlace(object, field.path.slice(0, index), field.path[index] ?? '');
    if (expected !== undefined) return `${expected} (in the manifest of the ${field.object ?? ''})`;
  }
  return undefined;
}

/** The setting that a message of the API server is about: the one it names, else the last; undefined of none. */
export function settingBehind(message: string, by: readonly Setting[]): Setting | undefined {
  const named = by.filter(({ field }) => message.includes(pathText(field.path)));
  const near = by.filter(({ field }) => message.includes(lastName(field.path)));
  return named.at(-1) ?? near.at(-1) ?? by.at(-1);
}

/** The fault of a setting with which the API server refuses the object. */
export function refusedFault(message: string, setting: Setting, document: RawDocument): Fault {
  const fault = document.fault(setting.at, 'what the API server takes');
  return { ...fault, found: `${fault.found}: ${message}` };
}

function lastName(path: Setting['field']['path']): string {
  return path.findLast((step) => typeof step === 'string') ?? '';
}
