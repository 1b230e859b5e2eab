/** Virtual nodes and metric rules of an experiment file. */
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';

const SMALLEST = `name: small
question: Does it parse?
manifests: [m]
underTest: { deployment: app }
load:
  stages:
    - { name: only, kind: constant, rate: 90/min, duration: 1m30s }
embedded:
`;

function parse(embedded: string) {
  return parseExperiment(`${SMALLEST}  ${embedded}\n`, {
    fileName: 'x.yaml',
    resolvePath: (path) => `/lab/${path}`,
    measures: MEASURES,
  });
}

function settingsOf(embedded: string) {
  const parsed = parse(embedded);
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(formatFault).join('\n'));
  return parsed.experiment.embedded;
}

function faultsOf(embedded: string): readonly string[] {
  const parsed = parse(embedded);
  return parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
}

describe('nodes', () => {
  it('are not set where a file says nothing of them', () => {
    expect(settingsOf('apiPort: 0').nodes).toBeUndefined();
  });

  it('may be a number of equal ones that share the machine', () => {
    expect(settingsOf('nodes: 2').nodes).toEqual([
      { name: 'node-1', pods: 110, labels: {}, taints: [] },
      { name: 'node-2', pods: 110, labels: {}, taints: [] },
    ]);
  });

  it('may be groups with size, zone, labels and taints', () => {
    const written = `nodes:
    - { name: big, cpu: 4, memory: 8Gi, zone: a, region: eu, labels: { disk: ssd } }
    - { name: small, count: 2, cpu: 500m, pods: 3, taints: ["dedicated=batch:NoSchedule", "gone:NoExecute"] }`;

    const small = {
      cpuMillicores: 500,
      pods: 3,
      labels: {},
      taints: [
        { key: 'dedicated', value: 'batch', effect: 'NoSchedule' },
        { key: 'gone', effect: 'NoExecute' },
      ],
    };
    expect(settingsOf(written).nodes).toEqual([
      {
        name: 'big',
        cpuMillicores: 4_000,
        memoryBytes: 8 * 1024 ** 3,
        pods: 110,
        labels: {
          'topology.kubernetes.io/region': 'eu',
          'topology.kubernetes.io/zone': 'a',
          disk: 'ssd',
        },
        taints: [],
      },
      { name: 'small-1', ...small },
      { name: 'small-2', ...small },
    ]);
  });

  it('that are wrong are told all at once, each with its place', () => {
    const written = `nodes:
    - { name: a, cpu: 0, memory: lots }
    - { name: a, taints: [dedicated], labels: { "": x } }
    - { name: b, count: 2 }
    - { name: b-2, zonne: a }`;

    const faults = faultsOf(written);

    expect(faults.map((fault) => fault.replace(/^x\.yaml:\d+:\d+: embedded\.nodes/, ''))).toEqual([
      '[0].cpu: expected an amount of CPU above 0, such as 2 or 500m, found 0',
      '[0].memory: expected an amount of memory above 0, such as 4Gi or 512Mi, found "lots"',
      '[1].taints[0]: expected a taint as kubectl writes it, such as dedicated=batch:NoSchedule, found "dedicated"',
      '[1].labels.: expected a label key, found ""',
      expect.stringMatching(/^\[3\]\.zonne: expected one of the fields .*did you mean zone\?/),
    ]);
  });

  it('have names of their own', () => {
    expect(faultsOf('nodes: [{ name: b, count: 2 }, { name: b-2 }]')).toEqual([
      'x.yaml:9:42: embedded.nodes[1].name: expected a name of its own: there is a node b-2 already, found "b-2"',
    ]);
  });
});

describe('metrics of pods', () => {
  it('have defaults that follow the name of the series', () => {
    const written = `podMetrics:
    rules:
      - { series: http_requests_total, match: { route: /work } }
      - { series: queue_length, api: external, by: [queue] }`;

    expect(settingsOf(written).podMetrics).toEqual({
      scrapePeriodMs: 15_000,
      path: '/metrics',
      rules: [
        {
          series: 'http_requests_total',
          match: { route: '/work' },
          as: 'http_requests_per_second',
          value: 'rate',
          windowMs: 60_000,
          api: 'custom',
          combine: 'sum',
          by: [],
        },
        {
          series: 'queue_length',
          match: {},
          as: 'queue_length',
          value: 'last',
          windowMs: 60_000,
          api: 'external',
          combine: 'sum',
          by: ['queue'],
        },
      ],
    });
  });

  it('that are wrong are told all at once', () => {
    const written = `podMetrics:
    path: metrics
    rules:
      - { series: a, by: [x] }
      - { series: 1a }
      - { series: b }
      - { series: b }`;

    expect(faultsOf(written)).toEqual([
      'x.yaml:10:11: embedded.podMetrics.path: expected a path that begins with /, found "metrics"',
      'x.yaml:12:26: embedded.podMetrics.rules[0].by: expected no such field with api: custom, found a list of 1',
      'x.yaml:13:19: embedded.podMetrics.rules[1].series: expected the name of a Prometheus series, found "1a"',
      'x.yaml:15:9: embedded.podMetrics.rules[3].as: expected a metric of its own: there is a rule for the custom metric b already, found nothing',
    ]);
  });
});
