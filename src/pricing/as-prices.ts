/** Prices of an experiment in the one form in which figures are made of them. */
import type { PodPrices, Prices } from './prices.js';

/** Prices written in the experiment itself: per vCPU and GiB requested, nothing else. */
export interface InlinePrice {
  readonly vcpuHour: number;
  readonly gibHour: number;
  readonly currency: string;
  /** ISO date of the price. */
  readonly asOf: string;
  readonly source: string;
}

/** The prices as they are; inline ones as a book without fee, minimum or rounding. */
export function asPrices(price: InlinePrice | Prices): Prices {
  if ('kind' in price) return price;
  const inline: PodPrices = {
    kind: 'pods',
    book: 'inline',
    title: 'prices of the experiment',
    ...price,
    sizes: { kind: 'as-requested' },
    clusterHour: 0,
    minimumBillingSeconds: 0,
  };
  return inline;
}
