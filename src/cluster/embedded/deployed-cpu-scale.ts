/** The CPU scale of a cluster: what its settings say, else what lets all that is deployed fit the machine. */
import { availableParallelism } from 'node:os';
import type { HorizontalPodAutoscaler } from '../../core/autoscaling-objects.js';
import type { Deployment, KubeObject } from '../../core/objects.js';
import { milliValue } from '../../core/quantity.js';
import type { EmbeddedSettings } from '../../experiment/experiment.js';
import { chooseCpuScale, type CpuScale } from './cpu-scale.js';

const DEFAULT_LIMIT_MILLICORES = 1_000;

/** The scale for what will be deployed. */
export function cpuScaleOf({
  settings,
  objects,
}: {
  readonly settings: Pick<EmbeddedSettings, 'cpuScale'>;
  readonly objects: readonly KubeObject[];
}): CpuScale {
  if (settings.cpuScale !== 'auto') {
    return { scale: settings.cpuScale, because: 'the experiment sets it' };
  }
  if (objects.length === 0) return { scale: 1, because: 'one Kubernetes CPU is one core' };
  return chooseCpuScale({ cores: availableParallelism(), ...largest(objects) });
}

/** The most pods, and the most CPU of one, that the objects can lead to. */
function largest(objects: readonly KubeObject[]) {
  const maxReplicas = objects
    .filter(
      (object): object is HorizontalPodAutoscaler => object.kind === 'HorizontalPodAutoscaler',
    )
    .map(({ spec }) => spec.maxReplicas);
  const deployments = objects.filter((o): o is Deployment => o.kind === 'Deployment');
  return {
    maxReplicas: Math.max(1, ...maxReplicas, ...deployments.map(({ spec }) => spec.replicas ?? 1)),
    limitMillicores: Math.max(0, ...deployments.map(podLimitMillicores)),
  };
}

/** A container without a limit may take what it gets; it is counted by its request, else a whole CPU. */
function podLimitMillicores({ spec }: Deployment): number {
  return spec.template.spec.containers.reduce((sum, { resources }) => {
    const quantity = resources?.limits?.['cpu'] ?? resources?.requests?.['cpu'];
    return sum + (quantity === undefined ? DEFAULT_LIMIT_MILLICORES : milliValue(quantity));
  }, 0);
}
