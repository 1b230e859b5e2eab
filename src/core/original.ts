/** Changing an object that belongs to somebody else, so that it can be put back: also by another process. */
import { fieldOf, isRecord, type UnknownRecord } from './json.js';
import { ORIGINAL_ANNOTATIONS } from './lab-labels.js';
import type { KubeObject } from './objects.js';

/**
 * The JSON merge patch that undoes another one.
 *
 * @param present - the object before the patch.
 * @returns for every field that `patch` sets, the value that it had, or null where it was absent.
 */
export function inversePatch(present: unknown, patch: UnknownRecord): UnknownRecord {
  const entries = Object.entries(patch).map(([name, change]) => {
    const before = fieldOf(present, name);
    if (before === undefined) return [name, null] as const;
    const isDeeper = isMapping(change) && isMapping(before);
    return [name, isDeeper ? inversePatch(before, change) : before] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * A merge patch together with what keeps the original on the object.
 *
 * @param present - the object before; it must not be changed by a run already (see {@link changedByRun}), or that
 *   run's change would be taken for the original.
 */
export function keepingOriginal(
  present: KubeObject,
  patch: UnknownRecord,
  { runId, expiresAtMs }: { readonly runId: string; readonly expiresAtMs: number },
): UnknownRecord {
  const metadata = fieldOf(patch, 'metadata');
  const patched = isMapping(metadata) ? metadata : {};
  const annotations = fieldOf(patched, 'annotations');
  return {
    ...patch,
    metadata: {
      ...patched,
      annotations: {
        ...(isMapping(annotations) ? annotations : {}),
        [ORIGINAL_ANNOTATIONS.original]: JSON.stringify(inversePatch(present, patch)),
        [ORIGINAL_ANNOTATIONS.run]: runId,
        [ORIGINAL_ANNOTATIONS.expires]: String(Math.ceil(expiresAtMs / 1_000)),
      },
    },
  };
}

/** The run that changed an object and has not put it back; undefined: none has. */
export function changedByRun({ metadata: { annotations } }: KubeObject): string | undefined {
  return annotations?.[ORIGINAL_ANNOTATIONS.original] === undefined
    ? undefined
    : (annotations[ORIGINAL_ANNOTATIONS.run] ?? 'an unknown run');
}

/**
 * The merge patch that puts an object back and removes what kept the original.
 *
 * @returns undefined when no run changed the object, or when what it kept cannot be read.
 */
export function restoringPatch({ metadata }: KubeObject): UnknownRecord | undefined {
  const text = metadata.annotations?.[ORIGINAL_ANNOTATIONS.original];
  const original = text === undefined ? undefined : parseMapping(text);
  if (original === undefined) return undefined;
  const kept = fieldOf(original, 'metadata');
  const keptMetadata = isMapping(kept) ? kept : {};
  const annotations = fieldOf(keptMetadata, 'annotations');
  const gone = Object.values(ORIGINAL_ANNOTATIONS).map((name) => [name, null] as const);
  return {
    ...original,
    metadata: {
      ...keptMetadata,
      annotations: { ...(isMapping(annotations) ? annotations : {}), ...Object.fromEntries(gone) },
    },
  };
}

function parseMapping(text: string): UnknownRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMapping(value: unknown): value is UnknownRecord {
  return isRecord(value) && !Array.isArray(value);
}
