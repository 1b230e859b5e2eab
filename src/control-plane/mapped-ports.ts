/** Real ports of pods on a machine that cannot give each pod an address of its own. */
import type { KubeObject } from '../core/objects.js';

/** Annotation of a pod: a JSON object from container port to the real port on the pod's address. */
export const MAPPED_PORTS_ANNOTATION = 'hpa-lab.dev/mapped-ports';

/** The annotation's value: `{"8000":20123}`. */
export function formatMappedPorts(ports: ReadonlyMap<number, number>): string {
  return JSON.stringify(Object.fromEntries(ports));
}

/**
 * The real port behind a container port of a pod: the port itself where nothing is mapped or the
 * annotation is no JSON object.
 */
export function realPort(pod: KubeObject, containerPort: number): number {
  const text = pod.metadata.annotations?.[MAPPED_PORTS_ANNOTATION];
  if (text === undefined) return containerPort;
  const mapped = parsedObject(text)[String(containerPort)];
  return typeof mapped === 'number' ? mapped : containerPort;
}

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // a user's own annotation may hold anything
    return {};
  }
}
