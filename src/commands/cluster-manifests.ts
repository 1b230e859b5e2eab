/** The manifests that a cluster starts with: read and tried before anything is started. */
import { text } from 'node:stream/consumers';
import { objectFaults } from '../cluster/embedded/check-objects.js';
import { SERVED_KINDS } from '../control-plane/kinds/registry.js';
import { LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import { type ParsedManifests, parseManifests } from '../experiment/manifests.js';
import { readObjects } from '../run/read-manifests.js';
import type { Clock } from '../time/clock.js';

/** Stands for standard input where a path is expected. */
const STANDARD_INPUT = '-';

/**
 * The objects of files, folders and, for `-`, standard input, those without a namespace in `default`, as `kubectl apply` has it.
 *
 * @param told - `faults` gets everything that is wrong with them.
 */
export async function manifestsToApply(
  paths: readonly string[],
  { clock, faults }: { readonly clock: Clock; readonly faults: string[] },
): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    faults.push('--apply -: expected it once, found it more often: standard input is read once');
  }
  for (const path of new Set(paths)) {
    try {
      const parsed = await objectsAt(path);
      if (parsed.kind === 'objects') objects.push(...parsed.objects.map(inDefaultNamespace));
      else faults.push(...parsed.faults);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      faults.push(`--apply: ${error.message}`);
    }
  }
  faults.push(...(objects.length === 0 ? [] : objectFaults(objects, clock)));
  return objects;
}

async function objectsAt(path: string): Promise<ParsedManifests> {
  if (path !== STANDARD_INPUT) return readObjects([path]);
  const parsed = parseManifests([{ path: 'standard input', text: await text(process.stdin) }]);
  if (parsed.kind === 'faults' || parsed.objects.length > 0) return parsed;
  return { kind: 'faults', faults: ['--apply -: expected manifests, found standard input empty'] };
}

function inDefaultNamespace(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  if (metadata.namespace !== undefined || !isNamespaced(apiVersion, kind)) return object;
  return { ...object, metadata: { ...metadata, namespace: 'default' } };
}

function isNamespaced(apiVersion: string, kind: string): boolean {
  return SERVED_KINDS.some(
    ({ resource }) =>
      resource.namespaced &&
      resource.kind === kind &&
      (resource.group === '' ? resource.version : `${resource.group}/${resource.version}`) ===
        apiVersion,
  );
}
