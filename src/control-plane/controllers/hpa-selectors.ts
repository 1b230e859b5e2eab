/** Which HPAs share pods: two that scale the same pods would fight. */
import type { LabelSelector, Pod, StringMap } from '../../core/objects.js';
import type { ReconcileKey } from '../controller.js';
import { isSelected } from '../label-selector.js';
import { objectKey } from '../object-keys.js';

/**
 * Selectors of the targets of HPAs, by HPA, as last seen.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `hpasControllingPodsUnderSelector`;
 *   `pkg/controller/util/selectors/bimultimap.go`.
 */
export class HpaSelectors {
  readonly #byNamespace = new Map<string, Map<ReconcileKey, LabelSelector>>();

  /** Notes the selector of an HPA's target. */
  set(key: ReconcileKey, selector: LabelSelector): void {
    const { namespace } = objectKey(key);
    let known = this.#byNamespace.get(namespace);
    if (known === undefined) {
      known = new Map();
      this.#byNamespace.set(namespace, known);
    }
    known.set(key, selector);
  }

  /** Forgets an HPA. */
  delete(key: ReconcileKey): void {
    const { namespace } = objectKey(key);
    const known = this.#byNamespace.get(namespace);
    known?.delete(key);
    if (known?.size === 0) this.#byNamespace.delete(namespace);
  }

  /** HPAs of a namespace whose targets have one of the pods, in order of name. */
  sharing(namespace: string, pods: readonly Pod[]): readonly ReconcileKey[] {
    const known = this.#byNamespace.get(namespace) ?? new Map<ReconcileKey, LabelSelector>();
    // nearly always there is one HPA, or one set of labels
    const labelSets = known.size < 2 ? [] : distinctLabels(pods);
    return [...known]
      .filter(([, selector]) => labelSets.some((labels) => isSelected(selector, labels)))
      .map(([key]) => key)
      .sort();
  }
}

function distinctLabels(pods: readonly Pod[]): readonly StringMap[] {
  const sets = new Map<string, StringMap>();
  for (const { metadata } of pods) {
    const labels = metadata.labels ?? {};
    sets.set(JSON.stringify(labels), labels);
  }
  return [...sets.values()];
}
