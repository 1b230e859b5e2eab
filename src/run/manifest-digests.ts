/** Fingerprints of what was applied, so that two runs can be seen to have tested the same. */
import { createHash } from 'node:crypto';
import { isRecord } from '../core/json.js';
import type { KubeObject } from '../core/objects.js';
import type { ManifestDigest } from '../timeline/record.js';

/** The label that names the run; it differs in every run and is left out of digests. */
export const RUN_LABEL = 'hpa-lab.dev/run';

/**
 * The SHA-256 of each object as it is applied, after patches, without {@link RUN_LABEL}.
 *
 * Of the object as JSON with the fields in order of their names and nothing between them, so that how
 * the file is written does not matter.
 */
export function manifestDigests(objects: readonly KubeObject[]): readonly ManifestDigest[] {
  return objects.map((object) => {
    const { apiVersion, kind, metadata } = object;
    const sha256 = createHash('sha256')
      .update(canonicalJson(withoutRunLabel(object)))
      .digest('hex');
    return { apiVersion, kind, name: metadata.name, sha256 };
  });
}

function withoutRunLabel(object: KubeObject): KubeObject {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(
    ([name]) => name !== RUN_LABEL,
  );
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner) && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
