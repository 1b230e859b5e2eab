/** Faults of a pod's volumes and of the mounts that name them. */
import type { Container, PodSpec } from '../../core/objects.js';
import { compareQuantities } from '../../core/quantity.js';
import { labelFaults } from '../api-machinery/names.js';
import type { FieldError } from '../api-error.js';
import {
  duplicateValue,
  forbiddenValue,
  invalidValue,
  notFoundValue,
  requiredValue,
  unsupportedValue,
} from '../field-error.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { backstepFaults, descendingPathFaults, modeFaults } from './path-rules.js';
import { downwardFaults, itemFaults, projectionFaults } from './volume-file-validation.js';

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
  const faultsOf = SOURCES[type];
  return [
    ...others.map((name) =>
      forbiddenValue(`${path}.${name}`, 'may not specify more than 1 volume type'),
    ),
    ...(faultsOf !== undefined && isJsonObject(source) ? faultsOf(`${path}.${type}`, source) : []),
  ];
}

function rank(order: readonly string[], name: string): number {
  const index = order.indexOf(name);
  return index < 0 ? order.length : index;
}

/** Faults of the sources that are looked into, by name. */
const SOURCES: Readonly<
  Record<string, (field: string, source: JsonObject) => readonly FieldError[]>
> = {
  emptyDir: emptyDirFaults,
  hostPath: hostPathFaults,
  configMap: (field, source) => keyedFaults(field, source, 'name'),
  secret: (field, source) => keyedFaults(field, source, 'secretName'),
  persistentVolumeClaim: (field, source) => nameFaults(field, source, 'claimName'),
  downwardAPI: downwardFaults,
  projected: projectionFaults,
};

function nameFaults(field: string, source: JsonObject, name: string): readonly FieldError[] {
  return textOf(source[name]) === '' ? [requiredValue(`${field}.${name}`)] : [];
}

/** @see Source: `validation.go`, `validateConfigMapVolumeSource`, `validateSecretVolumeSource`. */
function keyedFaults(field: string, source: JsonObject, name: string): readonly FieldError[] {
  return [
    ...nameFaults(field, source, name),
    ...modeFaults(`${field}.defaultMode`, source['defaultMode']),
    ...itemFaults(`${field}.items`, source['items']),
  ];
}

function emptyDirFaults(field: string, source: JsonObject): readonly FieldError[] {
  const limit = textOf(source['sizeLimit']);
  if (limit === '' || compareQuantities(limit, '0') >= 0) return [];
  const detail = 'SizeLimit field must be a valid resource quantity';
  return [forbiddenValue(`${field}.sizeLimit`, detail)];
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** @see Source: `validation.go`, `validateHostPathVolumeSource`. */
function hostPathFaults(field: string, source: JsonObject): readonly FieldError[] {
  const path = textOf(source['path']);
  if (path === '') return [requiredValue(`${field}.path`)];
  const type = textOf(source['type']);
  return [
    ...backstepFaults(`${field}.path`, path),
    ...(HOST_PATH_TYPES.includes(type)
      ? []
      : [unsupportedValue(`${field}.type`, type, HOST_PATH_TYPES)]),
  ];
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];

/**
 * Faults of a container's mounts. Those of a path within a volume are told of the list, not of the mount.
 *
 * @see Source: `validation.go`, `ValidateVolumeMounts`.
 */
export function mountFaults(
  field: string,
  container: Container,
  spec: PodSpec,
): readonly FieldError[] {
  const volumes = new Set(jsonObjects(spec['volumes']).map((volume) => textOf(volume['name'])));
  const places = new Set<string>();
  const list = `${field}.volumeMounts`;
  return jsonObjects(container.volumeMounts).flatMap((mount, index) => {
    const path = `${list}[${index}]`;
    const faults: FieldError[] = [];
    const name = textOf(mount['name']);
    const place = textOf(mount['mountPath']);
    if (name === '') faults.push(requiredValue(`${path}.name`));
    if (!volumes.has(name)) faults.push(notFoundValue(`${path}.name`, name));
    if (place === '') faults.push(requiredValue(`${path}.mountPath`));
    if (places.has(place)) {
      faults.push(invalidValue(`${path}.mountPath`, place, 'must be unique'));
    }
    places.add(place);
    return faults.concat(subPathFaults(list, path, mount), propagationFaults(list, mount));
  });
}

function subPathFaults(list: string, path: string, mount: JsonObject): readonly FieldError[] {
  const plain = textOf(mount['subPath']);
  const expression = textOf(mount['subPathExpr']);
  return [
    ...(plain === '' ? [] : descendingPathFaults(`${list}.subPath`, plain)),
    ...(plain !== '' && expression !== ''
      ? [
          invalidValue(
            `${path}.subPathExpr`,
            expression,
            'subPathExpr and subPath are mutually exclusive',
          ),
        ]
      : []),
    ...(expression === '' ? [] : descendingPathFaults(`${list}.subPathExpr`, expression)),
  ];
}

function propagationFaults(list: string, mount: JsonObject): readonly FieldError[] {
  const mode = textOf(mount['mountPropagation']);
  if (mode === '' || PROPAGATIONS.includes(mode)) return [];
  return [unsupportedValue(`${list}.mountPropagation`, mode, PROPAGATIONS)];
}
