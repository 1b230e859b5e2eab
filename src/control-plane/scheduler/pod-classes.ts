/** Pods of a node by what rules about other pods look at, so that counting them is quick. */
import type { Pod, StringMap } from '../../core/objects.js';
import { affinityTermsOf } from './pod-affinity-terms.js';
import type { AffinityTerms, LabeledPod } from './pod-affinity-terms.js';

/** Pods that no rule about other pods can tell apart. */
export interface PodClass extends LabeledPod {
  /** They are being deleted: spreading does not count them any more. */
  readonly isEnding: boolean;
  readonly terms: AffinityTerms;
  readonly count: number;
}

interface CountedClass extends PodClass {
  count: number;
}

/** Counts of pods by class. */
export class PodClasses {
  readonly #classes = new Map<string, CountedClass>();

  /** Every class with at least one pod. */
  values(): Iterable<PodClass> {
    return this.#classes.values();
  }

  add(pod: Pod): void {
    const id = classId(pod);
    const known = this.#classes.get(id);
    if (known === undefined) this.#classes.set(id, { ...podClass(pod), count: 1 });
    else known.count++;
  }

  remove(pod: Pod): void {
    const id = classId(pod);
    const known = this.#classes.get(id);
    if (known === undefined) return;
    known.count--;
    if (known.count === 0) this.#classes.delete(id);
  }

  /** Another with the same counts. */
  copy(): PodClasses {
    const copy = new PodClasses();
    for (const [id, own] of this.#classes) copy.#classes.set(id, { ...own });
    return copy;
  }
}

/** The class of one pod. */
export function podClass(pod: Pod): PodClass {
  const { namespace = '', deletionTimestamp } = pod.metadata;
  return {
    namespace,
    labels: labelsOf(pod),
    isEnding: deletionTimestamp !== undefined,
    terms: affinityTermsOf(pod),
    count: 1,
  };
}

function labelsOf({ metadata }: Pod): StringMap {
  return metadata.labels ?? {};
}

function classId(pod: Pod): string {
  const { namespace = '', deletionTimestamp } = pod.metadata;
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  return JSON.stringify([
    namespace,
    deletionTimestamp === undefined,
    labelsOf(pod),
    podAffinity,
    podAntiAffinity,
  ]);
}
