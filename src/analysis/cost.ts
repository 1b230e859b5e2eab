/** What the pods would have cost: an estimate from list prices, not a bill. */
import { asPrices, type InlinePrice } from '../pricing/as-prices.js';
import type { PriceLabel, Prices } from '../pricing/prices.js';
import type { StepSeries } from '../timeline/series.js';
import {
  amountWithin,
  billedSeconds,
  billedTime,
  mostAtOnce,
  overlapMs,
  rateSeries,
  type BilledTime,
} from './billed-time.js';
import { idleShare } from './idle-capacity.js';
import { mapMeasure, measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { PodUse } from './pod-use.js';
import type { Span } from './run-facts.js';

/** The prices that a run's figures are made of. */
export interface ChosenPrice extends PriceLabel {
  /** `pods`: each pod is paid for by its size; `nodes`: as many nodes as the pods need are. */
  readonly billing: 'pods' | 'nodes';
  /** Shape of the nodes; absent where pods are paid for. */
  readonly node?: string;
}

/** Modelled: a month of 30 equal days. */
export interface MonthlyCost {
  readonly total: number;
  /** The cheapest and the dearest minute of the load, an hour. */
  readonly lowPerHour: number;
  readonly highPerHour: number;
  /** How it was computed, in a sentence. */
  readonly model: string;
}

/** Good requests and how they were told. */
export interface GoodRequests {
  readonly count: number;
  /** `slo`: good by the SLO; `answered`: answered 1xx-4xx, where there is no SLO. */
  readonly by: 'slo' | 'answered';
}

/** Pod time and its price. All amounts are in `price.currency` and from `price.book` of `price.asOf`. */
export interface Cost {
  readonly price: Measure<ChosenPrice>;
  /** Sum over pods of the seconds from created (first seen) to gone, or to the end of the observation. */
  readonly podSeconds: number;
  /** Modelled: sum over nodes of the seconds for which they are billed. Absent where pods are billed. */
  readonly nodeSeconds: Measure;
  /** Modelled: most nodes billed at once. Absent where pods are billed. */
  readonly peakNodes: Measure;
  /** Of the observed time, the control plane's fee included. */
  readonly estimatedCost: Measure;
  /** The part of it that is the control plane's fee. */
  readonly clusterFee: Measure;
  /** The estimate over the observed time, scaled to an hour. */
  readonly estimatedCostPerHour: Measure;
  readonly perMonth: Measure<MonthlyCost>;
  readonly goodRequests: Measure<GoodRequests>;
  /** Cost of the time of the load / good requests due in it x 1,000,000. */
  readonly perMillionRequests: Measure;
  /** Share of what pods (or nodes) cost that is for CPU and memory nobody used, weighed by price. */
  readonly idleShare: Measure;
  /** What is paid an hour at each instant; its integral is `estimatedCost`. */
  readonly ratePerHour: Measure<StepSeries>;
}

/** What costs are made of. */
export interface CostSources {
  /** The observed time. */
  readonly span: Span;
  readonly price: Measure<InlinePrice | Prices>;
  readonly use: PodUse;
  /** From the first to the last second of the load that was told. */
  readonly loadSpan: Measure<Span>;
  readonly goodRequests: Measure<GoodRequests>;
}

const MS_AN_HOUR = 3_600_000;
const MINUTE_MS = 60_000;
const HOURS_A_MONTH = 30 * 24;

/** Pod time and estimated cost within a span. */
export function cost(pods: readonly PodHistory[], sources: CostSources): Cost {
  const { span, loadSpan, goodRequests } = sources;
  const prices = mapMeasure(sources.price, asPrices);
  const podSeconds = pods.reduce((sum, { createdT, goneT }) => {
    return sum + overlapMs({ fromT: createdT, toT: goneT ?? Infinity }, span) / 1_000;
  }, 0);
  const bill = billOf(pods, prices, span.toT);
  const price = mapMeasure(prices, chosenPrice);
  if (bill.kind !== 'measured') return { ...withoutBill(bill), price, podSeconds, goodRequests };
  const { billed, prices: of } = bill.value;
  const amount = (within: Span): number =>
    amountWithin(billed.intervals, within) + hours(within) * of.clusterHour;
  const estimatedCost = amount(span);
  const isByNode = of.kind === 'nodes';
  return {
    price,
    podSeconds,
    nodeSeconds: isByNode ? measured(billedSeconds(billed.intervals, span)) : PODS_ARE_BILLED,
    peakNodes: isByNode ? measured(mostAtOnce(billed.intervals, span)) : PODS_ARE_BILLED,
    estimatedCost: measured(estimatedCost),
    clusterFee: measured(hours(span) * of.clusterHour),
    estimatedCostPerHour:
      hours(span) <= 0 ? noData('no time was observed') : measured(estimatedCost / hours(span)),
    perMonth:
      loadSpan.kind === 'measured'
        ? perMonth(amount, { of: 'load', span: loadSpan.value })
        : perMonth(amount, { of: 'run', span }),
    goodRequests,
    perMillionRequests: perMillion(mapMeasure(loadSpan, amount), goodRequests),
    idleShare: idleShare(billed, { prices: of, use: sources.use, span }),
    ratePerHour: measured(rateSeries(billed.intervals, span, of.clusterHour)),
  };
}

const PODS_ARE_BILLED = noData('the price book bills pods, not nodes');

function billOf(
  pods: readonly PodHistory[],
  prices: Measure<Prices>,
  endT: number,
): Measure<{ readonly billed: BilledTime; readonly prices: Prices }> {
  if (prices.kind !== 'measured') return prices;
  const billed = billedTime(pods, prices.value, endT);
  return mapMeasure(billed, (value) => ({ billed: value, prices: prices.value }));
}

function withoutBill(absent: Measure<never>): Omit<Cost, 'price' | 'podSeconds' | 'goodRequests'> {
  return {
    nodeSeconds: absent,
    peakNodes: absent,
    estimatedCost: absent,
    clusterFee: absent,
    estimatedCostPerHour: absent,
    perMonth: absent,
    perMillionRequests: absent,
    idleShare: absent,
    ratePerHour: absent,
  };
}

function chosenPrice(prices: Prices): ChosenPrice {
  const { book, title, region, currency, asOf, source, note } = prices;
  return {
    book,
    title,
    ...(region === undefined ? {} : { region }),
    currency,
    asOf,
    source,
    ...(note === undefined ? {} : { note }),
    billing: prices.kind,
    ...(prices.kind === 'nodes' ? { node: prices.node.name } : {}),
  };
}

function hours({ fromT, toT }: Span): number {
  return (toT - fromT) / MS_AN_HOUR;
}

/**
 * A month of 30 equal days whose cost swings as a sine between the cheapest and the dearest minute of
 * the load, so that its mean lies in the middle: 720 h x (low + high) / 2. A run spends its time on
 * changes that a day has few of; so its mean would tell of the profile, not of a day.
 */
function perMonth(
  amount: (span: Span) => number,
  { of, span: load }: { readonly of: 'load' | 'run'; readonly span: Span },
): Measure<MonthlyCost> {
  if (load.toT <= load.fromT) return noData('no time was observed');
  const minutes = Math.floor((load.toT - load.fromT) / MINUTE_MS);
  const spans =
    minutes === 0
      ? [load]
      : Array.from({ length: minutes }, (_, index) => {
          const fromT = load.fromT + index * MINUTE_MS;
          return { fromT, toT: fromT + MINUTE_MS };
        });
  const rates = spans.map((span) => amount(span) / hours(span));
  const lowPerHour = rates.reduce((a, b) => Math.min(a, b));
  const highPerHour = rates.reduce((a, b) => Math.max(a, b));
  return measured({
    total: (HOURS_A_MONTH * (lowPerHour + highPerHour)) / 2,
    lowPerHour,
    highPerHour,
    model: `30 days of 24 h, each a sine between the cheapest and the dearest minute of the ${of}: 720 h x (low + high) / 2`,
  });
}

function perMillion(amount: Measure, good: Measure<GoodRequests>): Measure {
  if (amount.kind !== 'measured') return amount;
  if (good.kind !== 'measured') return good;
  return good.value.count === 0
    ? noData('no request was good')
    : measured((amount.value / good.value.count) * 1_000_000);
}
