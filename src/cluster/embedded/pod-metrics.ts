/** Custom and external metrics of an embedded cluster: the loop that asks pods, and what it finds. */
import type { KubeApi } from '../../control-plane/api.js';
import { NamedMetrics } from '../../control-plane/metrics/named-metrics.js';
import { ScrapeLoop } from '../../control-plane/metrics/scrape-loop.js';
import { ScrapedSeries } from '../../control-plane/metrics/scraped-series.js';
import type { PodMetricsSettings } from '../../core/pod-metric-rules.js';
import type { Random } from '../../core/random.js';
import type { Clock } from '../../time/clock.js';
import { scrapePod } from './scrape-pod.js';

/** What answers, and what asks the pods from `start` to `stop`. */
export interface PodMetrics {
  readonly named: NamedMetrics;
  readonly loop: ScrapeLoop;
}

/** Both for the rules of an experiment; undefined when it has none, and then there are no such APIs. */
export function podMetricsOf(
  settings: PodMetricsSettings | undefined,
  base: {
    readonly api: KubeApi;
    readonly clock: Clock;
    readonly random: Random;
    readonly onFailure: (text: string) => void;
    readonly isReachable: (nodeName: string) => boolean;
  },
): PodMetrics | undefined {
  if (settings === undefined) return undefined;
  const { api, clock } = base;
  const series = new ScrapedSeries(settings.rules);
  return {
    named: new NamedMetrics({ api, clock, rules: settings.rules, series }),
    loop: new ScrapeLoop({
      ...base,
      settings,
      series,
      scrape: (target, done) => scrapePod(target, clock, done),
    }),
  };
}
