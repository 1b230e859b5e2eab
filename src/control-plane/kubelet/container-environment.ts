/** A container's environment: whole maps, literals, references to other variables, the downward API. */
import type { Container, EnvVar, Pod, Service, StringMap } from '../../core/objects.js';
import type { EnvFromSource } from '../../core/pod-objects.js';
import { KUBERNETES_SERVICE } from '../kubernetes-service.js';
import { fieldValue, resourceValue } from './downward-api.js';
import type { NodeLimits, PodAddresses } from './downward-api.js';
import { expandVariables } from './expansion.js';
import { secretTexts } from './referenced-data.js';
import type { ReferencedData } from './referenced-data.js';
import { serviceVariables } from './service-environment.js';

/** The variables in order of declaration, or why they cannot be made. */
export type Environment =
  | { readonly kind: 'resolved'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'unresolved'; readonly message: string };

/** Everything that {@link containerEnvironment} reads. */
export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly addresses: PodAddresses;
  readonly nodeLimits: NodeLimits;
  readonly referenced: ReferencedData;
}

type Value =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'omitted' }
  | { readonly kind: 'wrong'; readonly message: string };

/**
 * Resolves a container's variables: first the maps of `envFrom`, a later one winning, then `env`, whose
 * references see what was declared before them. Services come last: what was declared wins.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet_pods.go`, `makeEnvironmentVariables`.
 */
export function containerEnvironment(input: EnvironmentInput): Environment {
  const values = new Map<string, string>();
  const services = linkedServices(input);
  for (const source of input.container.envFrom ?? []) {
    const found = wholeMap(source, input);
    if (found.kind === 'wrong') return { kind: 'unresolved', message: found.message };
    for (const [key, text] of Object.entries(found.texts)) {
      values.set(`${source.prefix ?? ''}${key}`, text);
    }
  }
  for (const variable of input.container.env ?? []) {
    const value = variableValue(variable, declaredBefore(values, services), input);
    if (value.kind === 'wrong') return { kind: 'unresolved', message: value.message };
    if (value.kind === 'value') values.set(variable.name, value.text);
  }
  for (const [name, text] of Object.entries(services)) {
    if (!values.has(name)) values.set(name, text);
  }
  return { kind: 'resolved', values };
}

/** Those of the pod's namespace if it wants them, and the API's always. */
function linkedServices({ pod, referenced }: EnvironmentInput): StringMap {
  const { services } = referenced;
  if (services === undefined) return {};
  const { namespace, name } = KUBERNETES_SERVICE;
  const own =
    pod.spec['enableServiceLinks'] === false ? [] : services(pod.metadata.namespace ?? '');
  const api = services(namespace).filter(({ metadata }) => metadata.name === name);
  const isOther = ({ metadata }: Service): boolean => metadata.name !== name || api.length === 0;
  return serviceVariables([...own.filter(isOther), ...api]);
}

/** What references see: what was declared so far, else Services. */
function declaredBefore(
  values: ReadonlyMap<string, string>,
  services: StringMap,
): ReadonlyMap<string, string> {
  return new Map([...Object.entries(services), ...values]);
}

function wholeMap(
  { configMapRef, secretRef }: EnvFromSource,
  { pod, referenced }: EnvironmentInput,
): { readonly kind: 'texts'; readonly texts: StringMap } | Extract<Value, { kind: 'wrong' }> {
  const ref = configMapRef ?? secretRef;
  if (ref === undefined) return { kind: 'texts', texts: {} };
  const kind = configMapRef === undefined ? 'secret' : 'configmap';
  const texts = textsOf(
    kind,
    { namespace: pod.metadata.namespace ?? '', name: ref.name },
    referenced,
  );
  if (texts !== undefined) return { kind: 'texts', texts };
  if (ref.optional === true) return { kind: 'texts', texts: {} };
  return { kind: 'wrong', message: `${kind} "${ref.name}" not found` };
}

function textsOf(
  kind: 'configmap' | 'secret',
  { namespace, name }: { readonly namespace: string; readonly name: string },
  referenced: ReferencedData,
): StringMap | undefined {
  if (kind === 'secret') {
    const secret = referenced.secret?.(namespace, name);
    return secret === undefined ? undefined : secretTexts(secret);
  }
  const map = referenced.configMap?.(namespace, name);
  return map === undefined ? undefined : (map.data ?? {});
}

function variableValue(
  variable: EnvVar,
  before: ReadonlyMap<string, string>,
  input: EnvironmentInput,
): Value {
  if (variable.value !== undefined && variable.value !== '') {
    return { kind: 'value', text: expandVariables(variable.value, before) };
  }
  const from = variable.valueFrom;
  if (from?.fieldRef !== undefined) return fieldValue(from.fieldRef.fieldPath, input);
  if (from?.resourceFieldRef !== undefined) return resourceValue(from.resourceFieldRef, input);
  const namespace = input.pod.metadata.namespace ?? '';
  const ref = from?.configMapKeyRef ?? from?.secretKeyRef;
  if (ref === undefined) return { kind: 'value', text: '' };
  const kind = from?.configMapKeyRef === undefined ? 'Secret' : 'ConfigMap';
  const lower = kind === 'Secret' ? 'secret' : 'configmap';
  const texts = textsOf(lower, { namespace, name: ref.name }, input.referenced);
  const text = texts?.[ref.key];
  if (text !== undefined) return { kind: 'value', text };
  if (ref.optional === true) return { kind: 'omitted' };
  const message =
    texts === undefined
      ? `${lower} "${ref.name}" not found`
      : `couldn't find key ${ref.key} in ${kind} ${namespace}/${ref.name}`;
  return { kind: 'wrong', message };
}
