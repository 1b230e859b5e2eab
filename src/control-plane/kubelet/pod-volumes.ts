/** What is in a pod's volumes, and where its containers see them. */
import type { Container, Pod } from '../../core/objects.js';
import type {
  DownwardFile,
  KeysProjection,
  Volume,
  VolumeProjection,
} from '../../core/pod-objects.js';
import type { Mount, VolumeContent, VolumeFile } from '../pod-runtime.js';
import { fieldValue, resourceValue } from './downward-api.js';
import type { NodeLimits } from './downward-api.js';
import { expandVariables } from './expansion.js';
import { keyedBytes } from './referenced-data.js';
import type { ReferencedData } from './referenced-data.js';

/** Everything that volumes are made of. */
export interface VolumeInput {
  readonly pod: Pod;
  readonly nodeLimits: NodeLimits;
  readonly referenced: ReferencedData;
}

/** The content of a volume, or why it cannot be had. */
export type VolumeMade =
  | { readonly kind: 'made'; readonly content: VolumeContent }
  | { readonly kind: 'missing'; readonly message: string };

/** What stands in the way of a volume; never leaves this file. */
class VolumeFault extends Error {}

const DEFAULT_MODE = 0o644;
/** Published by a controller that the lab has none of; a pod does not wait for it. */
const ROOT_CA = 'kube-root-ca.crt';

/**
 * The content of one volume.
 *
 * @see Source: kubernetes 1.36 `pkg/volume/{configmap,secret,downwardapi,projected}`, `SetUpAt`.
 */
export function volumeContent(volume: Volume, input: VolumeInput): VolumeMade {
  try {
    return { kind: 'made', content: contentOf(volume, input) };
  } catch (error) {
    if (error instanceof VolumeFault) return { kind: 'missing', message: error.message };
    throw error;
  }
}

/**
 * The mounts of a container.
 *
 * @param env - the container's variables, for `subPathExpr`.
 * @returns or a text that says what is wrong with one.
 */
export function containerMounts(
  container: Container,
  env: ReadonlyMap<string, string>,
): readonly Mount[] | string {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath, subPathExpr } of container.volumeMounts ?? []) {
    const sub = subPathExpr === undefined ? subPath : expandVariables(subPathExpr, env);
    if (sub !== undefined && sub !== '' && !isWithin(sub)) {
      return `invalid subPath "${sub}": it must be within the volume`;
    }
    mounts.push({
      volume: name,
      mountPath: mountPath.length > 1 ? mountPath.replace(/\/+$/, '') : mountPath,
      ...(sub === undefined || sub === '' ? {} : { subPath: sub }),
    });
  }
  return mounts;
}

function contentOf(volume: Volume, input: VolumeInput): VolumeContent {
  const { configMap, secret, downwardAPI, projected, hostPath } = volume;
  if (hostPath !== undefined) {
    return { kind: 'host', path: hostPath.path, type: hostPath.type ?? '' };
  }
  const files = new Map<string, VolumeFile>();
  if (configMap !== undefined) {
    addProjection(files, { configMap }, { input, mode: configMap.defaultMode });
  } else if (secret !== undefined) {
    const { secretName, ...keys } = secret;
    const named = { ...keys, ...(secretName === undefined ? {} : { name: secretName }) };
    addProjection(files, { secret: named }, { input, mode: secret.defaultMode });
  } else if (downwardAPI !== undefined) {
    addProjection(files, { downwardAPI }, { input, mode: downwardAPI.defaultMode });
  } else if (projected !== undefined) {
    for (const source of projected.sources ?? []) {
      addProjection(files, source, { input, mode: projected.defaultMode });
    }
  } else if (volume.emptyDir !== undefined) return { kind: 'empty' };
  else {
    const source = Object.keys(volume).find((key) => key !== 'name') ?? 'no source';
    throw new VolumeFault(`the embedded cluster offers no volume of this kind: ${source}`);
  }
  return { kind: 'files', files };
}

interface ProjectionOf {
  readonly input: VolumeInput;
  readonly mode: number | undefined;
}

/** A token of a service account is not made: nothing here would take it. */
function addProjection(
  files: Map<string, VolumeFile>,
  { configMap, secret, downwardAPI }: VolumeProjection,
  of: ProjectionOf,
): void {
  if (configMap !== undefined) addKeys(files, { ...of, kind: 'configmap', keys: configMap });
  if (secret !== undefined) addKeys(files, { ...of, kind: 'secret', keys: secret });
  for (const item of downwardAPI?.items ?? []) {
    const bytes = new TextEncoder().encode(downwardText(item, of.input));
    files.set(localPath(item.path), { bytes, mode: item.mode ?? of.mode ?? DEFAULT_MODE });
  }
}

function addKeys(
  files: Map<string, VolumeFile>,
  {
    input,
    kind,
    keys,
    mode = DEFAULT_MODE,
  }: ProjectionOf & { readonly kind: 'configmap' | 'secret'; readonly keys: KeysProjection },
): void {
  const { name = '', optional = name === ROOT_CA, items } = keys;
  const values = valuesOf(kind, name, input);
  if (values === undefined && !optional) throw new VolumeFault(`${kind} "${name}" not found`);
  if (items === undefined) {
    for (const [key, bytes] of values ?? []) files.set(localPath(key), { bytes, mode });
    return;
  }
  for (const item of items) {
    const bytes = values?.get(item.key);
    if (bytes !== undefined) files.set(localPath(item.path), { bytes, mode: item.mode ?? mode });
    else if (!optional) {
      throw new VolumeFault(
        kind === 'secret'
          ? `references non-existent secret key: ${item.key}`
          : `configmap references non-existent config key: ${item.key}`,
      );
    }
  }
}

function valuesOf(
  kind: 'configmap' | 'secret',
  name: string,
  { pod, referenced }: VolumeInput,
): ReadonlyMap<string, Uint8Array> | undefined {
  const namespace = pod.metadata.namespace ?? '';
  if (kind === 'secret') {
    const object = referenced.secret?.(namespace, name);
    return object === undefined ? undefined : keyedBytes({ kind, object });
  }
  const object = referenced.configMap?.(namespace, name);
  return object === undefined ? undefined : keyedBytes({ kind, object });
}

function downwardText({ fieldRef, resourceFieldRef }: DownwardFile, input: VolumeInput): string {
  const value =
    fieldRef === undefined
      ? resourceValue(resourceFieldRef ?? { resource: '' }, input)
      : fieldValue(fieldRef.fieldPath, input);
  if (value.kind === 'wrong') throw new VolumeFault(value.message);
  return value.text;
}

function localPath(path: string): string {
  if (isWithin(path)) return path;
  throw new VolumeFault(`invalid path "${path}": it must be within the volume`);
}

/** Whether a path is relative and never leads up. */
function isWithin(path: string): boolean {
  return (
    path !== '' && !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..')
  );
}
