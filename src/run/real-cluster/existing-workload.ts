/** A workload that was on the cluster before the run: observed, changed as the experiment says, and put back. */
import { type ApiPort, ApiRefusal, findObject } from '../../cluster/api-port.js';
import { LabError } from '../../core/errors.js';
import { FIELD_MANAGER } from '../../core/lab-labels.js';
import { isKubeObject } from '../../core/object-guards.js';
import type { KubeObject } from '../../core/objects.js';
import { changedByRun, keepingOriginal, restoringPatch } from '../../core/original.js';
import type { Experiment, ManifestPatch } from '../../experiment/experiment.js';

/** Kinds that an experiment may change on a workload that is there, with where they are found. */
const ROOTS: Readonly<Record<string, string>> = {
  Deployment: '/apis/apps/v1/namespaces/NAMESPACE/deployments',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers',
  Service: '/api/v1/namespaces/NAMESPACE/services',
  ConfigMap: '/api/v1/namespaces/NAMESPACE/configmaps',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets',
};

const MERGE_PATCH = 'application/merge-patch+json';
const CONFLICT = 409;
const ATTEMPTS = 5;

/** Which run changes it. */
export interface ChangingRun {
  readonly runId: string;
  readonly expiresAtMs: number;
}

/** See the first line of the file. */
export class ExistingWorkload {
  readonly #api: ApiPort;
  readonly #experiment: Experiment;
  readonly #changed: string[] = [];

  constructor(api: ApiPort, experiment: Experiment) {
    this.#api = api;
    this.#experiment = experiment;
  }

  /**
   * Deployment, HPA and Service as they are.
   *
   * @throws {LabError} `CLUSTER_FAILED` naming all that are missing, that another run changed and did not put back,
   *   or that the experiment cannot change.
   */
  async read(): Promise<readonly KubeObject[]> {
    const { deployment, hpa, service, patches } = this.#experiment;
    const underTest = [
      { kind: 'Deployment', name: deployment },
      { kind: 'HorizontalPodAutoscaler', name: hpa },
      { kind: 'Service', name: service },
    ];
    const faults: string[] = [];
    const objects: KubeObject[] = [];
    for (const { kind, name } of [...underTest, ...patches]) {
      const isUnderTest = objects.length + faults.length < underTest.length;
      const object = await this.#find(kind, name, faults);
      if (object === undefined) continue;
      if (isUnderTest) objects.push(object);
      const run = changedByRun(object);
      if (run !== undefined) {
        faults.push(`${kind} ${name} was changed by run ${run}, which did not put it back`);
      }
    }
    if (faults.length === 0) return objects;
    throw new LabError('CLUSTER_FAILED', [...new Set(faults)].join('\n'), {
      hint: 'names and namespace are in the experiment; `npm run gc -- --context ...` puts back what a run changed',
    });
  }

  /**
   * Changes it as the experiment's patches say; the original is kept on each object.
   *
   * @throws {LabError} `MANIFEST_INVALID` when the server refuses a change; `CLUSTER_FAILED`.
   */
  async change(run: ChangingRun): Promise<void> {
    for (const patch of mergedByObject(this.#experiment.patches)) await this.#change(patch, run);
  }

  /**
   * Puts back everything that {@link change} changed; also after it failed half-way.
   *
   * @throws {LabError} `CLUSTER_FAILED` naming what could not be put back.
   */
  async restore(): Promise<void> {
    const faults: string[] = [];
    for (const path of this.#changed.splice(0).toReversed()) {
      try {
        await this.#restore(path);
      } catch (error) {
        faults.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (faults.length === 0) return;
    throw new LabError('CLUSTER_FAILED', `could not be put back:\n  ${faults.join('\n  ')}`, {
      hint: 'the original is kept on each object: `npm run gc -- --context ...` puts it back',
    });
  }

  async #change({ kind, name, patch }: ManifestPatch, run: ChangingRun): Promise<void> {
    const path = this.#path(kind, name);
    for (let attempt = 1; ; attempt += 1) {
      const present = await findObject(this.#api, path);
      if (!isKubeObject(present)) {
        throw new LabError('CLUSTER_FAILED', `${kind} ${name} is gone`);
      }
      const { resourceVersion } = present.metadata;
      const whole = keepingOriginal(present, patch, run);
      const metadata = { ...Object(whole['metadata']), resourceVersion };
      try {
        this.#changed.push(path);
        await this.#patch(path, { ...whole, metadata });
        return;
      } catch (error) {
        this.#changed.pop();
        if (error instanceof ApiRefusal && error.status === CONFLICT && attempt < ATTEMPTS)
          continue;
        if (error instanceof ApiRefusal) {
          throw new LabError('MANIFEST_INVALID', `${kind} ${name} was refused: ${error.message}`, {
            hint: 'mend its patch in the experiment file',
            cause: error,
          });
        }
        // whether it was changed nobody knows: what keeps the original tells
        this.#changed.push(path);
        throw error;
      }
    }
  }

  async #restore(path: string): Promise<void> {
    const present = await findObject(this.#api, path);
    if (!isKubeObject(present)) return;
    const patch = restoringPatch(present);
    if (patch !== undefined) await this.#patch(path, patch);
  }

  async #patch(path: string, body: unknown): Promise<void> {
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' };
    await this.#api.call({ method: 'PATCH', path, query, body, contentType: MERGE_PATCH });
  }

  async #find(kind: string, name: string, faults: string[]): Promise<KubeObject | undefined> {
    const { namespace } = this.#experiment;
    if (ROOTS[kind] === undefined) {
      const known = Object.keys(ROOTS).join(', ');
      faults.push(`patches: expected one of ${known} on an existing workload, got ${kind} ${name}`);
      return undefined;
    }
    try {
      const object = await findObject(this.#api, this.#path(kind, name));
      if (isKubeObject(object)) return object;
      faults.push(`there is no ${kind} ${name} in namespace ${namespace}`);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      faults.push(`cannot read ${kind} ${name}: ${because}`);
    }
    return undefined;
  }

  #path(kind: string, name: string): string {
    const root = ROOTS[kind] ?? '';
    return `${root.replace('NAMESPACE', this.#experiment.namespace)}/${name}`;
  }
}

/** One patch for each object: the original is kept once, of before all of them. */
function mergedByObject(patches: readonly ManifestPatch[]): readonly ManifestPatch[] {
  const byKey = new Map<string, ManifestPatch>();
  for (const patch of patches) {
    const key = `${patch.kind}/${patch.name}`;
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? patch : { ...patch, patch: merged(before, patch) });
  }
  return [...byKey.values()];
}

function merged(before: ManifestPatch, after: ManifestPatch): ManifestPatch['patch'] {
  return combined(before.patch, after.patch);
}

/** Two merge patches as one; a null of either stays. */
function combined(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const all = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const earlier = all[name];
    all[name] = isMapping(value) && isMapping(earlier) ? combined(earlier, value) : value;
  }
  return all;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
