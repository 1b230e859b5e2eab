/** What a folder's kustomization asks for that is not done to the manifests of the folder. */
import { basename } from 'node:path';
import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { ManifestFile } from '../experiment/manifests.js';

/** Fields that change no manifest, with `resources`, which is looked at. */
const PLAIN = new Set(['apiVersion', 'kind', 'metadata', 'resources']);

/** Names that kustomize knows. */
const NAMES = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);

/** Whether a file is a kustomization. */
export function isKustomization(path: string): boolean {
  return NAMES.has(basename(path));
}

/**
 * A fault for each field that changes manifests, and for each resource that is no manifest of the folder:
 * without kustomize the objects would be others than the ones that are meant.
 *
 * @param manifests - names of the files in the folder that are read.
 */
export function kustomizationFaults(
  { path, text }: ManifestFile,
  manifests: readonly string[],
): readonly string[] {
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines });
  if (!isMap(contents)) return [];
  const faults: string[] = [];
  const told = (node: unknown, found: string): void => {
    const { line, col } = lines.linePos(isScalar(node) ? (node.range?.[0] ?? 0) : 0);
    faults.push(
      `${path}:${line}:${col}: expected a kustomization that only lists files of its folder, found ${found}: build it first (kubectl kustomize), or start without it and then kubectl apply -k`,
    );
  };
  for (const { key, value } of contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!PLAIN.has(name)) told(key, name);
    if (name !== 'resources' || !isSeq(value)) continue;
    for (const entry of value.items) {
      const resource = isScalar(entry) ? String(entry.value) : '';
      if (!manifests.includes(resource.replace(/^\.\//, ''))) told(entry, `resource ${resource}`);
    }
  }
  return faults;
}
