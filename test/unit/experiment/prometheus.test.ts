import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { prometheusQueries } from '../../../src/experiment/prometheus-queries.js';

const BASE = `name: small
question: Does it parse?
manifests: [m]
underTest: { deployment: shop.web, hpa: web-hpa }
load: { stages: [{ name: only, kind: constant, rate: 1/s, duration: 1m }] }
`;

function parsed(more: string) {
  return parseExperiment(BASE + more, {
    fileName: 'x.yaml',
    resolvePath: (path) => path,
    measures: MEASURES,
  });
}

function faultsOf(more: string): readonly string[] {
  const result = parsed(more);
  return result.kind === 'faults' ? result.faults.map(formatFault) : [];
}

function experimentOf(more: string) {
  const result = parsed(more);
  if (result.kind === 'faults') throw new Error(result.faults.map(formatFault).join('\n'));
  return result.experiment;
}

/** By name, in a label style. */
const queries = (labels: string) =>
  new Map(
    prometheusQueries(
      experimentOf(`prometheus:
  url: http://prom
  labels: ${labels}
  window: 90s
  queries: [{ name: own, query: 'max(x{namespace="$namespace",pod=~"$pods"}[$window]) / $other' }]
`),
    ).map(({ name, query }) => [name, query]),
  );

describe('an experiment with a Prometheus', () => {
  it('has defaults, and no secret of the environment in it', () => {
    const text = `prometheus:
  url: http://prom:9090/
  headers: { Authorization: Bearer $TOKEN, X-Scope-OrgID: shop }
`;
    expect(experimentOf(text).prometheus).toEqual({
      url: 'http://prom:9090',
      headers: { Authorization: 'Bearer $TOKEN', 'X-Scope-OrgID': 'shop' },
      stepMs: 5_000,
      windowMs: 60_000,
      labels: 'kube-prometheus',
      queries: [],
    });
  });

  it('may name its measures in thresholds, each in its own unit, for a stage too', () => {
    const { thresholds } = experimentOf(`prometheus:
  url: http://prom:9090
  queries: [{ name: queue, query: sum(queue_length), unit: count }]
thresholds:
  - prometheus.queue.max < 5
  - prometheus.throttling.mean < 10% in only
  - prometheus.cpu.max < 1.5
`);
    expect(thresholds.map(({ measure, limit, unit }) => [measure, limit, unit])).toEqual([
      ['prometheus.queue.max', 5, 'count'],
      ['prometheus.throttling.mean', 0.1, 'share'],
      ['prometheus.cpu.max', 1_500, 'millicores'],
    ]);
  });

  it.each([
    [
      'an address with a password',
      'prometheus: { url: http://me:secret@prom }',
      /expected an address/,
    ],
    ['another protocol', 'prometheus: { url: ftp://prom }', /expected an address/],
    [
      'a secret in the file',
      'prometheus: { url: http://prom, headers: { Authorization: Bearer abc } }',
      /prometheus\.headers\.Authorization: expected a variable of the environment/,
    ],
    [
      'a query of a name that is always asked for',
      'prometheus: { url: http://prom, queries: [{ name: cpu, query: up }] }',
      /prometheus\.queries\[0\]\.name: expected a name that no other query has/,
    ],
    [
      'two queries of one name',
      'prometheus: { url: http://prom, queries: [{ name: a, query: up }, { name: a, query: up }] }',
      /prometheus\.queries\[1\]\.name: expected a name that no other query has/,
    ],
    [
      'a step below a second',
      'prometheus: { url: http://prom, step: 500ms }',
      /step: expected a duration/,
    ],
    [
      'money, whose currency nobody knows',
      'prometheus: { url: http://prom, queries: [{ name: a, query: up, unit: currency }] }',
      /unit: expected one of ms,/,
    ],
    [
      'a threshold on a query that there is not',
      'prometheus: { url: http://prom }\nthresholds: [prometheus.queue.max < 5]',
      /expected the name of a measure/,
    ],
    [
      'a threshold without a Prometheus',
      'thresholds: [prometheus.cpu.max < 5]',
      /expected the name of a measure/,
    ],
  ])('refuses %s', (...[, text, fault]) => {
    expect(faultsOf(text).join('\n')).toMatch(fault);
  });

  it('asks with the names of its objects, in the label style of its cluster', () => {
    const own = queries('kube-prometheus');
    expect(own.get('own')).toBe(
      String.raw`max(x{namespace="hpa-lab-small",pod=~"shop\\.web-[a-z0-9]+-[a-z0-9]{5}"}[90s]) / $other`,
    );
    expect(own.get('podCpu')).toMatch(
      /^1000 \* sum by \(pod\) \(rate\(container_cpu_usage_seconds_total\{namespace="hpa-lab-small",pod=~.*,container!="",container!="POD"\}\[90s\]\)\)$/,
    );
    expect(own.get('hpaDesiredReplicas')).toContain('horizontalpodautoscaler="web-hpa"');
    expect(queries('gke').get('cpu')).toContain(
      'kubernetes_io:container_cpu_core_usage_time{monitored_resource="k8s_container",namespace_name="hpa-lab-small"',
    );
    expect([...own.values(), ...queries('gke').values()].join('\n')).not.toMatch(/\$(?!other|1)/);
  });

  it('asks nothing where there is none', () => {
    expect(prometheusQueries(experimentOf(''))).toEqual([]);
  });
});
