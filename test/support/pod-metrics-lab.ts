/** A control plane on virtual time whose pods tell metrics by rules, with an HPA that looks at them. */
import { DEFAULT_HPA_SETTINGS } from '../../src/autoscaling/hpa/settings.js';
import {
  controlPlaneLab,
  type ControlPlaneLab,
} from '../../src/conformance/controllers/control-plane-lab.js';
import { ApiMachinery } from '../../src/control-plane/api-machinery/api-machinery.js';
import { ControllerManager } from '../../src/control-plane/controller-manager.js';
import { HorizontalPodAutoscalerController } from '../../src/control-plane/controllers/horizontal-pod-autoscaler.js';
import { ApiHandler } from '../../src/control-plane/http/api-handler.js';
import { NamedMetrics } from '../../src/control-plane/metrics/named-metrics.js';
import {
  ScrapeLoop,
  type ScrapeResult,
  type ScrapeTarget,
} from '../../src/control-plane/metrics/scrape-loop.js';
import { ScrapedSeries } from '../../src/control-plane/metrics/scraped-series.js';
import type { PodMetricRule } from '../../src/core/pod-metric-rules.js';
import { seededRandom } from '../../src/core/random.js';

/** See the file's first line. */
export interface PodMetricsLab extends ControlPlaneLab {
  readonly named: NamedMetrics;
  /** Every request for metrics, in order. */
  readonly asked: readonly ScrapeTarget[];
  /** What the loop told of. */
  readonly scrapeFailures: readonly string[];
  /** GET of a path, as `kubectl get --raw` asks it. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  raw(path: string): { readonly status: number; readonly body: any };
  stop(): void;
}

/** A rule with what most tests do not care about filled in. */
export function aRule(rule: Partial<PodMetricRule> & Pick<PodMetricRule, 'series'>): PodMetricRule {
  return {
    as: rule.series,
    match: {},
    value: 'last',
    windowMs: 60_000,
    api: 'custom',
    combine: 'sum',
    by: [],
    ...rule,
  };
}

/** @param options - `tell`: what a pod answers, by its name, at an instant. */
export function podMetricsLab(options: {
  readonly rules: readonly PodMetricRule[];
  readonly tell: (podName: string, nowMs: number) => ScrapeResult;
  readonly scrapePeriodMs?: number;
}): PodMetricsLab {
  let api: unknown;
  const lab = controlPlaneLab({ onApi: (made) => (api = made) });
  if (!(api instanceof ApiMachinery)) throw new Error('expected the API of the lab');
  const { clock } = lab;
  const settings = {
    scrapePeriodMs: options.scrapePeriodMs ?? 5_000,
    path: '/metrics',
    rules: options.rules,
  };
  const series = new ScrapedSeries(options.rules);
  const named = new NamedMetrics({ api: lab.api, clock, rules: options.rules, series });
  const asked: ScrapeTarget[] = [];
  const failures: string[] = [];
  const loop = new ScrapeLoop({
    api: lab.api,
    clock,
    random: seededRandom(1),
    settings,
    series,
    scrape: (target, done) => {
      asked.push(target);
      const pod = lab.pods().find(({ status }) => status?.podIP === target.host);
      return clock.after(10, () => done(options.tell(pod?.metadata.name ?? '', clock.now())));
    },
    onFailure: (text) => failures.push(text),
  });
  const hpa = new HorizontalPodAutoscalerController({
    api: lab.api,
    metrics: { podMetrics: () => [], nodeMetrics: () => [] },
    named,
    settings: { ...DEFAULT_HPA_SETTINGS, syncPeriodMs: 15_000 },
  });
  new ControllerManager({ api: lab.api, clock, controllers: [hpa] }).start();
  const handler = new ApiHandler({ api, clock, named });
  loop.start();
  return {
    ...lab,
    named,
    asked,
    scrapeFailures: failures,
    raw(path) {
      const [plain = '', query = ''] = path.split('?');
      const answer = handler.handle({
        method: 'GET',
        path: plain,
        query: new URLSearchParams(query),
        accept: undefined,
        contentType: undefined,
        body: '',
        userAgent: 'kubectl',
      });
      if (answer.kind === 'stream') throw new Error('expected a plain answer, got a stream');
      const isJson = answer.contentType.startsWith('application/json');
      return { status: answer.status, body: isJson ? JSON.parse(answer.body) : answer.body };
    },
    stop: () => loop.stop(),
  };
}
