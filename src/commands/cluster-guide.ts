/** What `npm run cluster` prints when it is up: how to reach it, and what to try with what is in it. */
import { join, relative } from 'node:path';
import { fieldOf, isRecord } from '../core/json.js';
import type { KubeObject } from '../core/objects.js';
import { packageRoot } from '../process/package-root.js';

/** What the guide speaks of. */
export interface GuideFacts {
  readonly kubeconfigPath: string;
  readonly nodeNames: readonly string[];
  /** Why a Kubernetes CPU is as large as it is. */
  readonly cpuScaleBecause: string;
  readonly tookMs: number;
  /** What was applied at the start; empty: nothing. */
  readonly objects: readonly KubeObject[];
}

/** The guide, ended by an empty line. */
export function clusterGuide(facts: GuideFacts): string {
  const { kubeconfigPath, nodeNames, cpuScaleBecause, tookMs, objects } = facts;
  const [node = ''] = nodeNames.slice(-1);
  return [
    `A small Kubernetes with ${nodeNames.length === 1 ? 'one node' : `${nodeNames.length} nodes`}, up after ${Math.round(tookMs)} ms. In another terminal:`,
    '',
    `  export KUBECONFIG=${kubeconfigPath}`,
    '',
    ...(objects.length === 0 ? sampleSteps() : appliedSteps(objects)).map((step) => `  ${step}`),
    `  kubectl annotate node ${node} hpa-lab.dev/fault=off   (a node is lost; hpa-lab.dev/fault- brings it back)`,
    '',
    `CPU: ${cpuScaleBecause}. Images are commands of this machine: --image NAME=COMMAND.`,
    'Ctrl-C ends it with everything in it.',
    '',
    '',
  ].join('\n');
}

/** Steps with the lab's own manifests. */
function sampleSteps(): readonly string[] {
  const scope = '-n hpa-lab';
  return [
    `kubectl apply -k ${shortPath(join(packageRoot(), 'manifests'))}`,
    `kubectl get pods,hpa ${scope} -w`,
    `curl "http://$(kubectl get svc sample-service ${scope} -o jsonpath='{.spec.clusterIP}')/work?cpuMs=20"`,
    `kubectl scale deployment sample-service --replicas 5 ${scope}`,
    `kubectl set image deployment/sample-service sample-service=no-such-image ${scope}   (and: kubectl rollout undo)`,
  ];
}

/** Steps with what was applied. */
function appliedSteps(objects: readonly KubeObject[]): readonly string[] {
  const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  const [only] = namespaces;
  const scope = namespaces.size > 1 ? ' -A' : scopeOf(only);
  const hasHpa = objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler');
  const service = objects.find((object) => object.kind === 'Service' && hasAddress(object));
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  return [
    `kubectl get ${hasHpa ? 'pods,hpa' : 'pods'}${scope} -w`,
    ...(service === undefined ? [] : [curl(service)]),
    ...(deployment === undefined ? [] : deploymentSteps(deployment)),
  ];
}

function scopeOf(namespace: string | undefined): string {
  return namespace === undefined || namespace === 'default' ? '' : ` -n ${namespace}`;
}

/** A Service that `curl` can be sent to: it gets an address of its own and has a port. */
function hasAddress(service: KubeObject): boolean {
  const spec = fieldOf(service, 'spec');
  if (!isRecord(spec)) return false;
  return spec['clusterIP'] !== 'None' && spec['type'] !== 'ExternalName' && firstPort(service) > 0;
}

/** 0: it has none. */
function firstPort(service: KubeObject): number {
  const ports = fieldOf(fieldOf(service, 'spec'), 'ports');
  const first: unknown = Array.isArray(ports) ? ports[0] : undefined;
  return Number(fieldOf(first, 'port') ?? 0);
}

function curl(service: KubeObject): string {
  const { name, namespace } = service.metadata;
  const port = firstPort(service);
  const address = `$(kubectl get svc ${name}${scopeOf(namespace)} -o jsonpath='{.spec.clusterIP}')`;
  return `curl "http://${address}${port === 80 ? '' : `:${port}`}/"`;
}

function deploymentSteps(deployment: KubeObject): readonly string[] {
  const { name, namespace } = deployment.metadata;
  const scope = scopeOf(namespace);
  return [
    `kubectl scale deployment ${name} --replicas 5${scope}`,
    `kubectl set image deployment/${name} '*=no-such-image'${scope}   (and: kubectl rollout undo)`,
  ];
}

/** Relative to where the user stands, where that is shorter. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length ? short : path;
}
