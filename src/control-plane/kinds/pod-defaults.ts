/** Defaults of pod specs, as upstream fills them in. */
import type { Container, PodSpec, Probe } from '../../core/objects.js';
import { isJsonObject, jsonObjects, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import type { Draft } from './kind.js';

/** Defaults of every pod spec, in pods and in templates. */
export function setPodSpecDefaults(spec: Draft<PodSpec>): void {
  // a spec without containers is refused later; until then rules may walk over them
  spec.containers ??= [];
  spec.restartPolicy ??= 'Always';
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  // a negative grace once meant the shortest there is
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  spec.schedulerName ??= 'default-scheduler';
  if (spec.serviceAccountName === undefined && typeof spec.serviceAccount === 'string') {
    spec.serviceAccountName = spec.serviceAccount;
  }
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  for (const container of spec.initContainers ?? []) setContainerDefaults(container);
  for (const container of spec.containers ?? []) setContainerDefaults(container);
  for (const volume of jsonObjects(spec.volumes)) setVolumeDefaults(volume);
  if (spec.hostNetwork === true) setHostPorts(spec);
}

/**
 * Defaults that pods have beyond those of templates.
 *
 * @see Source: kubernetes `pkg/apis/core/v1/defaults.go`, `SetDefaults_Pod`.
 */
export function setPodDefaults(spec: Draft<PodSpec>): void {
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const limits = container.resources?.limits;
    if (limits === undefined) continue;
    container.resources = {
      ...container.resources,
      requests: { ...container.resources?.requests },
    };
    const requests: Record<string, string> = container.resources.requests ?? {};
    for (const [name, limit] of Object.entries(limits)) requests[name] ??= limit;
    container.resources.requests = requests;
  }
  spec.enableServiceLinks ??= true;
}

/** @see Source: `defaults.go`, `SetDefaults_Container` and what it calls. */
function setContainerDefaults(container: Draft<Container>): void {
  container.imagePullPolicy ??= hasLatestTag(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const variable of container.env ?? []) {
    const fieldRef = variable.valueFrom?.fieldRef;
    if (fieldRef !== undefined) fieldRef.apiVersion ??= 'v1';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe !== undefined) setProbeDefaults(probe);
  }
  setLifecycleDefaults(container.lifecycle);
  setSecurityDefaults(container.securityContext);
}

function setProbeDefaults(probe: Draft<Probe>): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  setHttpGetDefaults(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function setHttpGetDefaults(httpGet: { path?: string; scheme?: string } | undefined): void {
  if (httpGet === undefined) return;
  httpGet.path ??= '/';
  httpGet.scheme ??= 'HTTP';
}

function setLifecycleDefaults(lifecycle: unknown): void {
  if (!isJsonObject(lifecycle)) return;
  for (const handler of [lifecycle['postStart'], lifecycle['preStop']]) {
    if (isJsonObject(handler) && isJsonObject(handler['httpGet']))
      setHttpGetDefaults(handler['httpGet']);
  }
}

function setSecurityDefaults(context: unknown): void {
  if (isJsonObject(context) && context['procMount'] !== undefined)
    context['procMount'] ||= 'Default';
}

function setVolumeDefaults(volume: JsonObject): void {
  const sources = [
    'hostPath',
    'emptyDir',
    'secret',
    'configMap',
    'downwardAPI',
    'projected',
    'image',
  ];
  if (Object.keys(volume).every((name) => name === 'name')) volume['emptyDir'] = {};
  for (const name of sources) {
    const source = volume[name];
    if (!isJsonObject(source)) continue;
    if (['secret', 'configMap', 'downwardAPI', 'projected'].includes(name)) {
      source['defaultMode'] ??= 0o644;
    }
    if (name === 'hostPath') source['type'] ??= '';
    if (name === 'image') {
      source['pullPolicy'] ??= hasLatestTag(textOf(source['reference']))
        ? 'Always'
        : 'IfNotPresent';
    }
    for (const item of jsonObjects(source['items'])) setFieldRefDefaults(item);
    for (const projection of jsonObjects(source['sources'])) setProjectionDefaults(projection);
  }
}

function setProjectionDefaults(projection: JsonObject): void {
  const token = projection['serviceAccountToken'];
  if (isJsonObject(token)) token['expirationSeconds'] ??= 3_600;
  const downward = projection['downwardAPI'];
  if (isJsonObject(downward)) {
    for (const item of jsonObjects(downward['items'])) setFieldRefDefaults(item);
  }
}

function setFieldRefDefaults(item: JsonObject): void {
  const fieldRef = item['fieldRef'];
  if (isJsonObject(fieldRef)) fieldRef['apiVersion'] ??= 'v1';
}

function setHostPorts(spec: Draft<PodSpec>): void {
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    for (const port of container.ports ?? []) port.hostPort ??= port.containerPort;
  }
}

/** Whether an image names no tag and no digest, or the tag `latest`. */
function hasLatestTag(image: string): boolean {
  if (image.includes('@')) return false;
  const lastPart = image.slice(image.lastIndexOf('/') + 1);
  const colon = lastPart.indexOf(':');
  return colon < 0 || lastPart.slice(colon + 1) === 'latest';
}
