/** What the run cost, with the prices that the figures are from. */
import type { Analysis } from '../../analysis/analyze.js';
import { measureText, moneyText, numberText, percentText, plural } from '../format.js';
import { labelledLines } from './labelled-lines.js';

/** The section; empty when no cost could be told. */
export function costLines({ cost }: Analysis, columns: number): readonly string[] {
  const { price, estimatedCost, perMonth, perMillionRequests, idleShare } = cost;
  if (price.kind !== 'measured' || estimatedCost.kind !== 'measured') return [];
  const { currency, title, region, asOf, book, source, note, billing, node } = price.value;
  const money = (amount: number): string => moneyText(amount, currency);
  const nodes = measureText(cost.nodeSeconds, (seconds) => `${numberText(seconds)} node-seconds`);
  const most = measureText(cost.peakNodes, (count) => `at most ${plural(count, 'node')} at once`);
  const fee = cost.clusterFee.kind === 'measured' ? cost.clusterFee.value : 0;
  return [
    'Cost: an estimate from list prices, not a bill',
    ...labelledLines(
      [
        {
          label: 'This run',
          texts: [
            `${money(estimatedCost.value)} for ${plural(cost.podSeconds, 'pod-second')}${billing === 'nodes' ? `, paid as ${nodes} of ${node ?? 'nodes'}, ${most}` : ''}${fee > 0 ? `, ${money(fee)} of it for the control plane` : ''}`,
            ...(cost.estimatedCostPerHour.kind === 'measured'
              ? [`${money(cost.estimatedCostPerHour.value)} an hour at this load`]
              : []),
          ],
        },
        {
          label: 'A month',
          texts:
            perMonth.kind === 'measured'
              ? [`${money(perMonth.value.total)}, modelled: ${perMonth.value.model}`]
              : [],
        },
        {
          label: 'Per million',
          texts:
            perMillionRequests.kind === 'measured'
              ? [
                  `${money(perMillionRequests.value)} per million good requests${goodText(cost.goodRequests)}`,
                ]
              : [],
        },
        {
          label: 'Idle',
          texts:
            idleShare.kind === 'measured'
              ? [`${percentText(idleShare.value)} of it is for capacity that nobody used`]
              : [],
        },
        {
          label: 'Prices',
          texts: [
            `${title}${region === undefined ? '' : `, ${region}`}, as of ${asOf} (${book}; ${source})`,
            ...(note === undefined ? [] : [note]),
          ],
        },
      ],
      columns,
    ),
  ];
}

function goodText(good: Analysis['cost']['goodRequests']): string {
  if (good.kind !== 'measured') return '';
  return good.value.by === 'slo' ? ' (by the SLO)' : ' (answered 1xx to 4xx: there is no SLO)';
}
