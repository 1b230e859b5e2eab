/** Faults of a pod's volumes and of the mounts that name them. */
import type { Container, PodSpec } from '../../core/objects.js';
import { labelFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import {
  duplicateValue,
  forbiddenValue,
  invalidValue,
  notFoundValue,
  requiredValue,
} from '../field-error.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';

/** The field of each source that must name something. */
const NAMED_SOURCES: Readonly<Record<string, string>> = {
  configMap: 'name',
  secret: 'secretName',
  persistentVolumeClaim: 'claimName',
  hostPath: 'path',
};

/** @see Source: kubernetes `pkg/apis/core/validation/validation.go`, `ValidateVolumes`. */
export function volumeFaults(field: string, spec: PodSpec): readonly FieldError[] {
  const names = new Set<string>();
  return jsonObjects(spec['volumes']).flatMap((volume, index) => {
    const path = `${field}.volumes[${index}]`;
    return volumeNameFaults(path, volume, names).concat(sourceFaults(path, volume));
  });
}

function volumeNameFaults(
  path: string,
  volume: JsonObject,
  names: Set<string>,
): readonly FieldError[] {
  const name = textOf(volume['name']);
  if (name === '') return [requiredValue(`${path}.name`)];
  const wrong = labelFaults(name).map((fault) => invalidValue(`${path}.name`, name, fault));
  if (wrong.length > 0) return wrong;
  if (names.has(name)) return [duplicateValue(`${path}.name`, name)];
  names.add(name);
  return [];
}

function sourceFaults(path: string, volume: JsonObject): readonly FieldError[] {
  // upstream looks at the sources in this order; the first one found is the volume's type
  const first = ['emptyDir', 'hostPath'];
  const given = Object.keys(volume)
    .filter((name) => name !== 'name')
    .sort((a, b) => rank(first, a) - rank(first, b));
  const [type, ...others] = given;
  if (type === undefined) return [requiredValue(path, 'must specify a volume type')];
  const source = volume[type];
  const named = NAMED_SOURCES[type];
  return [
    ...others.map((name) =>
      forbiddenValue(`${path}.${name}`, 'may not specify more than 1 volume type'),
    ),
    ...(named !== undefined && isJsonObject(source) && textOf(source[named]) === ''
      ? [requiredValue(`${path}.${type}.${named}`)]
      : []),
  ];
}

function rank(order: readonly string[], name: string): number {
  const index = order.indexOf(name);
  return index < 0 ? order.length : index;
}

/** @see Source: `validation.go`, `ValidateVolumeMounts`. */
export function mountFaults(
  field: string,
  container: Container,
  spec: PodSpec,
): readonly FieldError[] {
  const volumes = new Set(jsonObjects(spec['volumes']).map((volume) => textOf(volume['name'])));
  const places = new Set<string>();
  return jsonObjects(container.volumeMounts).flatMap((mount, index) => {
    const path = `${field}.volumeMounts[${index}]`;
    const faults: FieldError[] = [];
    const name = textOf(mount['name']);
    const place = textOf(mount['mountPath']);
    if (name === '') faults.push(requiredValue(`${path}.name`));
    else if (!volumes.has(name)) faults.push(notFoundValue(`${path}.name`, name));
    if (place === '') faults.push(requiredValue(`${path}.mountPath`));
    else if (places.has(place)) {
      faults.push(invalidValue(`${path}.mountPath`, place, 'must be unique'));
    }
    places.add(place);
    return faults;
  });
}
