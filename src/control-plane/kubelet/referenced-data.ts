/** The ConfigMaps and Secrets that pods refer to. */
import type { ConfigMap, Service, StringMap } from '../../core/objects.js';
import type { Secret } from '../../core/quota-objects.js';
import type { KubeApi } from '../api.js';
import { CONFIG_MAPS, SECRETS, SERVICES } from '../resources.js';

/** Finds the objects by name; absent: there is no such object. */
export interface ReferencedData {
  readonly configMap?: (
    namespace: string,
    name: string,
  ) => Pick<ConfigMap, 'data' | 'binaryData'> | undefined;
  readonly secret?: (namespace: string, name: string) => Pick<Secret, 'data'> | undefined;
  /** Services of a namespace; absent: containers are told of none. */
  readonly services?: (namespace: string) => readonly Service[];
}

/** Finds them in the API. */
export function referencedData(api: KubeApi): ReferencedData {
  return {
    configMap: (namespace, name) => api.get(CONFIG_MAPS, { namespace, name }),
    secret: (namespace, name) => api.get(SECRETS, { namespace, name }),
    services: (namespace) => api.list(SERVICES, { namespace }).items,
  };
}

/** A Secret's values as texts. */
export function secretTexts({ data = {} }: Pick<Secret, 'data'>): StringMap {
  const decoder = new TextDecoder();
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, decoder.decode(base64Bytes(value))]),
  );
}

/** Every key of a ConfigMap or Secret with its bytes. */
export function keyedBytes(
  source:
    | { readonly kind: 'configmap'; readonly object: Pick<ConfigMap, 'data' | 'binaryData'> }
    | { readonly kind: 'secret'; readonly object: Pick<Secret, 'data'> },
): ReadonlyMap<string, Uint8Array> {
  const encoder = new TextEncoder();
  const bytes = new Map<string, Uint8Array>();
  const encoded = source.kind === 'secret' ? source.object.data : source.object.binaryData;
  const texts = source.kind === 'secret' ? undefined : source.object.data;
  for (const [key, text] of Object.entries(texts ?? {})) bytes.set(key, encoder.encode(text));
  for (const [key, text] of Object.entries(encoded ?? {})) bytes.set(key, base64Bytes(text));
  return bytes;
}

function base64Bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
