/** What quotas count of Services. */
import type { Service } from '../../core/objects.js';
import { SERVICES } from '../resources.js';
import { countName } from './quota-evaluator.js';
import type { QuotaEvaluator } from './quota-evaluator.js';

const NODE_PORTS = 'services.nodeports';
const LOAD_BALANCERS = 'services.loadbalancers';
const COUNT = countName(SERVICES);
const NAMES: ReadonlySet<string> = new Set([COUNT, SERVICES.plural, NODE_PORTS, LOAD_BALANCERS]);

/** @see Source: kubernetes `pkg/quota/v1/evaluator/core/services.go`, `serviceEvaluator`. */
export const SERVICE_EVALUATOR: QuotaEvaluator<Service> = {
  resource: SERVICES,
  tracks: (name) => NAMES.has(name),
  // the type of a Service may change
  handles: () => true,
  usage: (service) => ({
    [COUNT]: '1',
    [SERVICES.plural]: '1',
    [NODE_PORTS]: String(nodePorts(service)),
    [LOAD_BALANCERS]: service.spec.type === 'LoadBalancer' ? '1' : '0',
  }),
  isFreeing: (service, previous) => countedType(service) !== countedType(previous),
};

/** Ports that have a node port, or are going to. */
function nodePorts({ spec }: Service): number {
  const ports = spec.ports ?? [];
  if (spec.type === 'NodePort') return ports.length;
  if (spec.type !== 'LoadBalancer') return 0;
  return spec['allocateLoadBalancerNodePorts'] === false
    ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length
    : ports.length;
}

function countedType({ spec: { type } }: Service): string {
  return type === 'NodePort' || type === 'LoadBalancer' ? type : '';
}
