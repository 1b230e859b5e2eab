/** The `price` part of an experiment file. */
import { z } from 'zod';
import { asOf, currency } from './price-book-schema.js';
import { decimal, text } from './values.js';

const book = text('the name of a price book, or the path of one').describe(
  'A bundled price book (aks, eks, fargate, gke-autopilot, gke-standard), or the path of your own (.json or .yaml), relative to this file.',
);

const inline = z.strictObject({
  vcpuHour: decimal({ min: 0 }).describe('Price of one vCPU for one hour.'),
  gibHour: decimal({ min: 0 }).describe('Price of one GiB of memory for one hour.'),
  currency,
  asOf,
  source: text('where the price is from').describe('Where the price is from.'),
});

const chosen = z.strictObject({
  book,
  region: text('the name of a region')
    .optional()
    .describe("Region of the prices; the book's default where absent."),
  node: text('the name of a machine')
    .optional()
    .describe("Machine that pods run on; the book's default where absent."),
});

/** `gke-autopilot`, `{book: eks, region: us-east-1, node: m5.large}`, or prices for CPU and memory. */
export const price = z.union(
  [book, chosen, inline],
  'the name or path of a price book, {book, region, node}, or {vcpuHour, gibHour, currency, asOf, source}',
);
