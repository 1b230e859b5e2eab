/** The price books that come with the lab, and the prices that an experiment chooses from one. */
import type { Prices } from '../pricing/prices.js';
import aks from './price-books/aks.json' with { type: 'json' };
import eks from './price-books/eks.json' with { type: 'json' };
import fargate from './price-books/fargate.json' with { type: 'json' };
import gkeAutopilot from './price-books/gke-autopilot.json' with { type: 'json' };
import gkeStandard from './price-books/gke-standard.json' with { type: 'json' };
import { priceBookSchema, type PriceBook } from './price-book-schema.js';

const FILES: Readonly<Record<string, unknown>> = {
  aks,
  eks,
  fargate,
  'gke-autopilot': gkeAutopilot,
  'gke-standard': gkeStandard,
};

/** Names of the bundled books, in order. */
export const PRICE_BOOK_NAMES: readonly string[] = Object.keys(FILES);

/** A bundled book; undefined when there is none of that name. */
export function bundledPriceBook(name: string): PriceBook | undefined {
  return Object.hasOwn(FILES, name) ? priceBookSchema.parse(FILES[name]) : undefined;
}

/** What of a book is chosen; the book's defaults where absent. */
export interface PriceChoice {
  readonly region?: string | undefined;
  readonly node?: string | undefined;
}

/** Prices, or what is wrong with the choice. */
export type ChosenPrices =
  | { readonly kind: 'prices'; readonly prices: Prices }
  | {
      readonly kind: 'fault';
      readonly field: 'region' | 'node';
      /** Completes "expected ...". */
      readonly expected: string;
    };

/** @param label - how figures name the book: its name, or the path of a user's own. */
export function choosePrices(book: PriceBook, choice: PriceChoice, label: string): ChosenPrices {
  const region = choice.region ?? book.defaultRegion;
  const { title, currency, asOf, source, note, clusterHour, minimumBillingSeconds } = book;
  const shared = {
    book: label,
    title,
    region,
    currency,
    asOf,
    source,
    ...(note === undefined ? {} : { note }),
    clusterHour,
    minimumBillingSeconds,
  };
  const regions = Object.keys(book.regions).join(', ');
  const unknownRegion = {
    kind: 'fault',
    field: 'region',
    expected: `a region that ${label} has prices for: ${regions}`,
  } as const;
  if (!Object.hasOwn(book.regions, region)) return unknownRegion;
  if (book.kind === 'pods') {
    if (choice.node !== undefined) {
      return { kind: 'fault', field: 'node', expected: `no node: ${label} bills pods` };
    }
    const prices = book.regions[region];
    if (prices === undefined) return unknownRegion;
    return { kind: 'prices', prices: { kind: 'pods', ...shared, ...prices, sizes: book.sizes } };
  }
  const name = choice.node ?? book.defaultNode;
  const prices = book.regions[region] ?? {};
  const nodeHour = Object.hasOwn(prices, name) ? prices[name] : undefined;
  const shape = Object.hasOwn(book.nodes, name) ? book.nodes[name] : undefined;
  if (nodeHour === undefined || shape === undefined) {
    const names = Object.keys(prices).join(', ');
    return { kind: 'fault', field: 'node', expected: `a machine priced in ${region}: ${names}` };
  }
  const { cpuShare } = book;
  const node = { name, ...shape };
  return { kind: 'prices', prices: { kind: 'nodes', ...shared, node, nodeHour, cpuShare } };
}
