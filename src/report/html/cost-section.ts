/** What the run cost: an estimate from list prices, with the prices that it is from. */
import type { Analysis } from '../../analysis/analyze.js';
import { moneyText, numberText, percentText } from '../format.js';
import { factTable, measureMarkup, notKnown } from './figures.js';
import { html, type Content, type Markup } from './markup.js';

/** The section's body. */
export function costMarkup({ cost }: Analysis): Markup {
  const { price } = cost;
  if (price.kind !== 'measured') return notKnown(price);
  const { title, region, currency, asOf, source, note, billing, node, book } = price.value;
  const money = (amount: number): string => moneyText(amount, currency);
  const nodes: readonly (readonly [Content, Content])[] =
    billing === 'nodes'
      ? [
          [`node-seconds (${node ?? 'nodes'})`, measureMarkup(cost.nodeSeconds, numberText)],
          ['most nodes at once', measureMarkup(cost.peakNodes, numberText)],
        ]
      : [];
  return html`<p>An estimate, not a bill: ${title}${region === undefined ? '' : `, ${region}`}, as of ${asOf}. Price book <code>${book}</code>, from: ${source}. ${note ?? ''}</p>
${factTable('What it cost', [
  ['this run', measureMarkup(cost.estimatedCost, money)],
  ['of it for the control plane', measureMarkup(cost.clusterFee, money)],
  ['an hour at this load', measureMarkup(cost.estimatedCostPerHour, money)],
  [
    'a month, modelled',
    measureMarkup(
      cost.perMonth,
      ({ total, model }) => html`${money(total)}<small>${model}</small>`,
    ),
  ],
  [
    `per million good requests${goodText(cost.goodRequests)}`,
    measureMarkup(cost.perMillionRequests, money),
  ],
  ['for capacity that nobody used', measureMarkup(cost.idleShare, percentText)],
  ['pod-seconds', numberText(cost.podSeconds)],
  ...nodes,
])}`;
}

function goodText(good: Analysis['cost']['goodRequests']): string {
  if (good.kind !== 'measured') return '';
  return good.value.by === 'slo' ? ' (by the SLO)' : ' (answered 1xx to 4xx: there is no SLO)';
}
