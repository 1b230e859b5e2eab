import { createServer } from 'node:http';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fieldOf, valueAt } from '../../src/core/json.js';
import { decodeTimeline } from '../../src/timeline/codec.js';
import type { TimelineRecord } from '../../src/timeline/record.js';
import { runLab, temporaryFolder } from '../support/lab-process.js';
import { listen } from '../support/loopback.js';
import {
  findPrometheus,
  freePort,
  startPrometheus,
  type RealPrometheus,
} from '../support/real-prometheus.js';

const FIXTURE = new URL('./fixtures/prometheus.yaml', import.meta.url);
const MANIFESTS = fileURLToPath(new URL('../../manifests', import.meta.url));
const DASHBOARD = new URL('../../manifests/grafana/hpa-lab.json', import.meta.url);
const NAMESPACE = 'hpa-lab-watched';
/** A scrape comes each second, on a busy machine a little late. */
const SCRAPED_WITHIN_MS = 2_500;

function recordsOf<K extends TimelineRecord['kind']>(
  records: readonly TimelineRecord[],
  kind: K,
): readonly Extract<TimelineRecord, { readonly kind: K }>[] {
  return records.filter(
    (record): record is Extract<TimelineRecord, { readonly kind: K }> => record.kind === kind,
  );
}

/** The experiment with the address of the Prometheus that runs. */
function experimentFor(url: string, folder: string): string {
  const path = join(folder, 'watched.yaml');
  const text = readFileSync(FIXTURE, 'utf8')
    .replace('http://127.0.0.1:9090', url)
    .replace('../../../manifests', MANIFESTS);
  writeFileSync(path, text);
  return path;
}

/** A collector that keeps what it is sent. */
async function collector() {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    request.on('end', () => {
      bodies.push(JSON.parse(text));
      response.end('{}');
    });
  });
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  return { url: listening.url, bodies };
}

/** Every query of the dashboard, with its variables filled in. */
function dashboardQueries(): readonly string[] {
  const dashboard: unknown = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
  const panels = fieldOf(dashboard, 'panels');
  return (Array.isArray(panels) ? panels : []).flatMap((panel: unknown) => {
    const targets = fieldOf(panel, 'targets');
    return (Array.isArray(targets) ? targets : []).map((target: unknown) =>
      String(fieldOf(target, 'expr'))
        .replaceAll('$namespace', NAMESPACE)
        .replaceAll('$deployment', 'sample-service')
        .replaceAll('$hpa', 'sample-service')
        .replaceAll('$__rate_interval', '4s'),
    );
  });
}

async function value(prometheus: RealPrometheus, query: string, atMs: number): Promise<number> {
  const [first] = await prometheus.query(query, atMs);
  return Number(valueAt(first, ['value', 1]));
}

const binary = findPrometheus();

describe.skipIf(binary === undefined)('a run that a real Prometheus watches', () => {
  it('has the same CPU, replicas and restarts in both, and its queries, exports and dashboard work', {
    timeout: 120_000,
  }, async () => {
    const folder = temporaryFolder();
    const labPort = await freePort();
    const prometheus = await startPrometheus(binary ?? '', {
      folder: join(folder, 'prometheus'),
      labPort,
    });
    const { url: otlpUrl, bodies } = await collector();
    const results = join(folder, 'results');
    const file = experimentFor(prometheus.url, folder);

    const exports = ['--metrics-port', String(labPort), '--otlp', otlpUrl];
    const { code, output } = await runLab(
      [
        'experiment',
        file,
        '--results',
        results,
        '--prometheus-targets',
        prometheus.folder,
        ...exports,
      ],
      { env: { PROMETHEUS_TEST: 'anything' } },
    );

    // a busy machine may make the sender late: then response times are not judged, and nothing else here is of them
    expect(code, output).toBe(0);
    const [run = ''] = readdirSync(join(results, 'watched'));
    const { timeline } = decodeTimeline(
      readFileSync(join(results, 'watched', run, 'timeline.ndjson'), 'utf8'),
      'timeline.ndjson',
    );
    const { records } = timeline;
    const startMs = Date.parse(timeline.header.startedAt);
    const tearDownT =
      recordsOf(records, 'phase').find(({ phase }) => phase === 'tear-down')?.t ?? 0;
    const answers = recordsOf(records, 'prometheus');
    const answer = (name: string) => answers.find((each) => each.name === name)?.series ?? [];
    const most = (name: string) =>
      Math.max(...answer(name).flatMap(({ points }) => points.map(([, each]) => each)));

    // CPU: the counter of the pods as the lab read it lies between what cAdvisor told before and after
    const last = recordsOf(records, 'cpu').findLast(({ t }) => t < tearDownT - SCRAPED_WITHIN_MS);
    const lastMs = startMs + (last?.t ?? 0);
    const around = async (query: string) => {
      const before = await value(prometheus, query, lastMs - SCRAPED_WITHIN_MS);
      return [before, await value(prometheus, query, lastMs + SCRAPED_WITHIN_MS)] as const;
    };
    const ours = (last?.pods ?? []).reduce((sum, { cpuMs }) => sum + cpuMs / 1_000, 0);
    const of = `{namespace="${NAMESPACE}",container="service"}`;
    const [before, after] = await around(`sum(container_cpu_usage_seconds_total${of})`);
    expect(before).toBeGreaterThan(0.5);
    expect(ours).toBeGreaterThanOrEqual(before);
    expect(ours).toBeLessThanOrEqual(after);
    // a pod as a whole is what its containers are
    const whole = `sum(container_cpu_usage_seconds_total{namespace="${NAMESPACE}",container=""})`;
    const [, wholeAfter] = await around(whole);
    expect(wholeAfter).toBeCloseTo(after, 6);
    const periods = (last?.pods ?? []).reduce((sum, pod) => sum + (pod.periods ?? 0), 0);
    const [periodsBefore, periodsAfter] = await around(`sum(container_cpu_cfs_periods_total${of})`);
    // where the kernel enforces no limits neither of the two knows any
    if (periods === 0) expect(periodsAfter).toBeNaN();
    else {
      expect(periods).toBeGreaterThanOrEqual(periodsBefore);
      expect(periods).toBeLessThanOrEqual(periodsAfter);
    }

    // replicas and the HPA
    const spec = recordsOf(records, 'workload').map(({ specReplicas }) => specReplicas);
    expect(Math.max(...spec)).toBe(4);
    expect(most('specReplicas')).toBe(4);
    expect(most('hpaDesiredReplicas')).toBe(4);
    expect(most('podsSeen')).toBeLessThanOrEqual(4);
    const restarts = recordsOf(records, 'pod').reduce((all, pod) => Math.max(all, pod.restarts), 0);
    expect(most('restarts')).toBe(restarts);
    expect(answer('podCpu').length).toBe(4);
    expect(answer('nothing')).toEqual([]);
    expect(output).toContain('PASS        prometheus.hpaDesiredReplicas.max >= 4');
    expect(output).toMatch(/Prometheus has no value of it within the run: prometheus\.nothing/);

    // what the lab told while it ran
    const due = recordsOf(records, 'load').reduce((sum, { load }) => sum + load.due, 0);
    const seen = await value(
      prometheus,
      'max_over_time(hpa_lab_requests_due_total[2m])',
      Date.now(),
    );
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThanOrEqual(due);
    const metrics = valueAt(bodies.at(-1), ['resourceMetrics', 0, 'scopeMetrics', 0, 'metrics']);
    const told = (Array.isArray(metrics) ? metrics : []).find(
      (metric: unknown) => fieldOf(metric, 'name') === 'hpa_lab_requests_due',
    );
    expect(valueAt(told, ['sum', 'dataPoints', 0, 'asDouble'])).toBe(due);
    expect(bodies.length).toBeGreaterThanOrEqual(3);

    // the dashboard: at an instant at which all that it shows was there
    const busyMs = startMs + tearDownT - 2_000;
    const silent: string[] = [];
    for (const query of dashboardQueries()) {
      if ((await prometheus.query(query, busyMs)).length === 0) silent.push(query);
    }
    // nothing waited, ended, failed or was dropped; limits may not be enforced here
    const mayBeSilent = /waiting_reason|last_terminated_reason|requests_failed|cfs_/;
    expect(silent.filter((query) => !mayBeSilent.test(query))).toEqual([]);

    // the same range, decided again
    const hpa = join(MANIFESTS, 'hpa.yaml');
    const at = (t: number) => new Date(startMs + t).toISOString();
    const flags = `--request 100m --sync-period 2s --step 1s --window 4s --namespace ${NAMESPACE} --workload sample-service --from ${at(3_000)} --to ${at(tearDownT)}`;
    const back = await runLab(['backtest', prometheus.url, '--hpa', hpa, ...flags.split(' ')]);
    expect(back.code, back.output).toBe(0);
    expect(back.output).toMatch(/each pod requests 100m of CPU/);
  });
});
