/** Named measures of cost. */
import { mapMeasure, measured, noData } from '../measure.js';
import type { MeasureDefinition } from './definition.js';

const NO_COST =
  'no price is known, no pod was seen, or a pod requests no CPU or no memory or more than is on offer';
const PRICES =
  'pod records; the price book, region and date that the report names (estimate, not a bill)';

/** What it took. */
export const costMeasures: readonly MeasureDefinition[] = [
  {
    name: 'podSeconds',
    unit: 'podSeconds',
    better: 'lower',
    summary: 'Time that pods existed, summed over pods.',
    formula:
      'sum over pods of the seconds from created (first seen) to gone, within the observation',
    source: 'pod records',
    absentWhen: 'no pod was seen',
    needsPunctualSender: false,
    of: ({ cost, readiness }) =>
      readiness.pods.length === 0 ? noData('no pod was seen') : measured(cost.podSeconds),
  },
  {
    name: 'nodeSeconds',
    unit: 'nodeSeconds',
    better: 'lower',
    summary: 'Modelled: time for which nodes are billed, summed over nodes.',
    formula:
      'at each instant the scheduled pods are packed onto nodes of the book’s shape (first fit, largest first); each node is billed from then until it is not needed, at least the minimum',
    source: PRICES,
    absentWhen: `the price book bills pods; ${NO_COST}`,
    needsPunctualSender: false,
    of: ({ cost }) => cost.nodeSeconds,
  },
  {
    name: 'cost.run',
    unit: 'currency',
    better: 'lower',
    summary: 'Modelled: what the observed time cost, the control plane’s fee included.',
    formula:
      'by pod: sum of billed size x time x price, from scheduled to gone; by node: node-seconds x price; plus fee x time',
    source: PRICES,
    absentWhen: NO_COST,
    needsPunctualSender: false,
    of: ({ cost }) => cost.estimatedCost,
  },
  {
    name: 'cost.perHour',
    unit: 'currency',
    better: 'lower',
    summary: 'Modelled: what an hour of the same costs.',
    formula: 'cost.run / hours observed',
    source: PRICES,
    absentWhen: NO_COST,
    needsPunctualSender: false,
    of: ({ cost }) => cost.estimatedCostPerHour,
  },
  {
    name: 'cost.perMonth',
    unit: 'currency',
    better: 'lower',
    summary: 'Modelled: what a month of days that swing between the run’s extremes costs.',
    formula:
      '720 h x (low + high) / 2 an hour: 30 days, each a sine between the cheapest and the dearest minute of the load; only whole minutes from its beginning count, and a load of less than one counts as a whole',
    source: PRICES,
    absentWhen: NO_COST,
    needsPunctualSender: false,
    of: ({ cost }) => mapMeasure(cost.perMonth, ({ total }) => total),
  },
  {
    name: 'cost.perMillionRequests',
    unit: 'currency',
    better: 'lower',
    summary: 'Modelled: what a million good requests cost.',
    formula:
      'cost of the time of the load / good requests x 1,000,000; good by the SLO, else answered 1xx-4xx',
    source: `load records; ${PRICES}`,
    absentWhen: `${NO_COST}; or no request was good`,
    needsPunctualSender: true,
    of: ({ cost }) => cost.perMillionRequests,
  },
  {
    name: 'cost.idleShare',
    unit: 'share',
    better: 'lower',
    summary: 'Share of what pods or nodes cost that is for CPU and memory nobody used.',
    formula:
      '1 - value of what was used / what was paid, CPU and memory weighed by their prices, over the time in which use was read; the control plane’s fee is left out',
    source: `cpu records (kernel), else pod-metrics records; ${PRICES}`,
    absentWhen: `the use of pods was not recorded; ${NO_COST}`,
    needsPunctualSender: false,
    of: ({ cost }) => cost.idleShare,
  },
];
