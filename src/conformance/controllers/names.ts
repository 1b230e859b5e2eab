/** The names under which recordings speak of what the system named. */
import type { KubeObject, Pod } from '../../core/objects.js';
import { controllerOf } from '../../control-plane/owner-references.js';
import { NAMESPACE } from './control-plane-lab.js';

const UID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** Gives `P1`, `RS1`, `ES1` in order of creation; objects that the script named keep their names. */
export class ScenarioNames {
  readonly #byName = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  #sorted: readonly (readonly [string, string])[] = [];

  /** Names a new object. */
  add(object: KubeObject): void {
    const prefix = prefixOf(object);
    if (prefix === undefined || this.#byName.has(object.metadata.name)) return;
    const number = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, number);
    this.#byName.set(object.metadata.name, `${prefix}${number}`);
    const hash =
      object.kind === 'ReplicaSet' ? object.metadata.labels?.['pod-template-hash'] : undefined;
    if (hash !== undefined) this.#byName.set(hash, `${prefix}${number}`);
    // the longest first: a pod's name begins with its set's
    this.#sorted = [...this.#byName].sort(([a], [b]) => b.length - a.length);
  }

  /** The name of an object in recordings. */
  of(name: string): string {
    return this.#byName.get(name) ?? name;
  }

  /** The real name behind a recorded one. */
  real(recorded: string): string {
    for (const [name, alias] of this.#byName) {
      if (alias === recorded) return name;
    }
    return recorded;
  }

  /** A text with every name replaced. */
  inText(text: string): string {
    let result = text;
    for (const [name, alias] of this.#sorted) {
      if (result.includes(name)) result = result.replaceAll(name, alias);
    }
    return result.replaceAll(`${NAMESPACE}/`, '$ns/').replaceAll(UID, 'UID');
  }

  /** What kubelet rules call a pod. */
  readonly ofPod = (pod: Pod): string => this.of(pod.metadata.name);
}

function prefixOf(object: KubeObject): string | undefined {
  if (object.kind === 'EndpointSlice') return 'ES';
  if (object.kind === 'Pod') {
    return object.metadata.generateName === undefined ? undefined : 'P';
  }
  return object.kind === 'ReplicaSet' && controllerOf(object) !== undefined ? 'RS' : undefined;
}
