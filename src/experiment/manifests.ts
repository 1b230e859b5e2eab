/** Manifests of an experiment: parsed, patched and moved into its namespace. */
import { LineCounter, isMap, isNode, isSeq, parseAllDocuments } from 'yaml';
import { mergePatch } from '../core/merge-patch.js';
import { isRecord, valueAt } from '../core/json.js';
import { isKubeObject } from '../core/object-guards.js';
import type { KubeObject, StringMap } from '../core/objects.js';
import type { ManifestPatch } from './experiment.js';

/** One manifest file, already read. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** Objects, or every fault with its place. */
export type ParsedManifests =
  | { readonly kind: 'objects'; readonly objects: readonly KubeObject[] }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** Kinds whose objects belong to no namespace, among those the lab can apply. */
const CLUSTER_SCOPED = new Set(['Namespace', 'Node', 'PriorityClass', 'ClusterRole']);

/** Parses manifest files, several documents each; empty documents are passed over. */
export function parseManifests(files: readonly ManifestFile[]): ParsedManifests {
  const objects: KubeObject[] = [];
  const faults: string[] = [];
  for (const { path, text } of files) {
    const lines = new LineCounter();
    for (const document of parseAllDocuments(text, { lineCounter: lines })) {
      if (!('contents' in document)) continue;
      const place = (offset: number): string => {
        const { line, col } = lines.linePos(offset);
        return `${path}:${line}:${col}`;
      };
      for (const error of document.errors) {
        faults.push(`${place(error.pos[0])}: ${error.message.split('\n')[0] ?? 'not YAML'}`);
      }
      const value: unknown = document.errors.length === 0 ? document.toJS() : null;
      if (value === null) continue;
      for (const { object, node } of listed(value, document.contents)) {
        if (isKubeObject(object)) {
          objects.push(object);
          continue;
        }
        const missing = missingFields(object);
        const at = place(isNode(node) ? (node.range?.[0] ?? 0) : 0);
        faults.push(`${at}: expected a Kubernetes object, but ${missing.join(', ')} is missing`);
      }
    }
  }
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'objects', objects };
}

/** A value, and where it stands in its document. */
interface Listed {
  readonly object: unknown;
  readonly node: unknown;
}

/**
 * The items of a list, of lists in it too; any other value itself. Items of a `PodList` may leave out that
 * they are pods, as an API server writes them.
 *
 * @see Source: kubernetes `apimachinery/pkg/apis/meta/v1/unstructured/unstructured.go`, `decodeToList`.
 */
function listed(object: unknown, node: unknown): readonly Listed[] {
  if (!isRecord(object)) return [{ object, node }];
  const { apiVersion, kind, items } = object;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    return [{ object, node }];
  }
  const own = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  const nodes = isMap(node) ? node.get('items', true) : undefined;
  return items.flatMap((item: unknown, index) =>
    listed(isRecord(item) ? { ...own, ...item } : item, isSeq(nodes) ? nodes.items[index] : node),
  );
}

function missingFields(value: unknown): readonly string[] {
  const needed = [['apiVersion'], ['kind'], ['metadata', 'name']];
  return needed
    .filter((path) => typeof valueAt(value, path) !== 'string')
    .map((path) => path.join('.'));
}

/** How {@link prepareManifests} changes what it is given. */
export interface Preparation {
  readonly namespace: string;
  readonly patches: readonly ManifestPatch[];
  /** Put on every object, over what is there. */
  readonly labels: StringMap;
}

/**
 * The objects as they are applied: everything in one namespace (the Namespace object itself renamed,
 * or added), patched and labelled. A patch that finds no object is a fault.
 */
export function prepareManifests(
  objects: readonly KubeObject[],
  { namespace, patches, labels }: Preparation,
): ParsedManifests {
  const unused = patches.filter(
    ({ kind, name }) => !objects.some((o) => o.kind === kind && o.metadata.name === name),
  );
  if (unused.length > 0) {
    const there = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ');
    return {
      kind: 'faults',
      faults: unused.map(
        ({ kind, name }) => `patches: expected one of ${there}, got ${kind} ${name}`,
      ),
    };
  }
  const patched = objects.map((object) => patchedBy(object, patches));
  const broken = objects.filter((_, index) => !isKubeObject(patched[index]));
  if (broken.length > 0) {
    const faults = broken.map(
      ({ kind, metadata }) =>
        `patches: expected ${kind} ${metadata.name} to keep its apiVersion, kind and name, got a patch that removes one`,
    );
    return { kind: 'faults', faults };
  }
  const moved = patched
    .filter(isKubeObject)
    .map((object) => inNamespace(object, namespace, labels));
  const hasNamespace = moved.some(({ kind }) => kind === 'Namespace');
  const added: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels },
  };
  return { kind: 'objects', objects: hasNamespace ? moved : [added, ...moved] };
}

function patchedBy(object: KubeObject, patches: readonly ManifestPatch[]): unknown {
  return patches
    .filter(({ kind, name }) => kind === object.kind && name === object.metadata.name)
    .reduce<unknown>((before, { patch }) => mergePatch(before, patch), object);
}

function inNamespace(object: KubeObject, namespace: string, labels: StringMap): KubeObject {
  const merged = { ...object.metadata, labels: { ...object.metadata.labels, ...labels } };
  if (object.kind === 'Namespace') return { ...object, metadata: { ...merged, name: namespace } };
  if (CLUSTER_SCOPED.has(object.kind)) return { ...object, metadata: merged };
  return { ...object, metadata: { ...merged, namespace } };
}
