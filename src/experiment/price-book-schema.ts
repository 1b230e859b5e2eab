/** A price book as a file: what a provider charges, with its currency, its date and its source. */
import { z } from 'zod';
import { fieldOf, isRecord } from '../core/json.js';
import type { Fault } from './fault.js';
import { decimal, pattern, text, wholeNumber } from './values.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

const MAX_MIB = 100_000_000;
const MAX_MILLICORES = 10_000_000;
const millicores = wholeNumber(1, MAX_MILLICORES);
const mib = wholeNumber(1, MAX_MIB);
const price = decimal({ min: 0 });

/** ISO 4217. */
export const currency = pattern(/^[A-Z]{3}$/, 'a currency code such as USD').describe(
  'ISO 4217 code.',
);

/** Day of a price. */
export const asOf = z.iso
  .date('a date such as 2026-11-01')
  .describe('Day on which the price was looked up, such as 2026-11-01.');

const shared = {
  name: pattern(
    /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
    'a name of lower-case letters, digits and "-"',
  ).describe('Name by which experiments choose the book.'),
  title: text('a title: what is priced').describe('What is priced, in words.'),
  currency,
  asOf,
  source: z.url('the URL of the price list').describe('Where the prices can be looked up.'),
  note: text('a text').optional().describe('What a reader should know before believing a figure.'),
  clusterHour: price.prefault(0).describe('Fee of the control plane, an hour.'),
  minimumBillingSeconds: wholeNumber(0, 86_400)
    .prefault(0)
    .describe('Shortest time for which a pod (or a node) is billed.'),
  defaultRegion: text('the name of a region').describe('Region where an experiment names none.'),
};

const steps = z.strictObject({
  kind: z.literal('steps').describe('Requests are raised to a minimum, to steps and to a ratio.'),
  minCpuMillicores: millicores.describe('Least CPU that is billed.'),
  minMemoryMib: mib.describe('Least memory that is billed.'),
  cpuStepMillicores: millicores.prefault(1).describe('CPU is rounded up to a multiple of this.'),
  memoryStepMib: mib.prefault(1).describe('Memory is rounded up to a multiple of this.'),
  minGibPerVcpu: price.prefault(0).describe('Least memory for each vCPU.'),
  maxGibPerVcpu: decimal({ above: 0 }).describe('Most memory for each vCPU; CPU is raised for it.'),
});

const row = z.strictObject({
  cpuMillicores: millicores.describe('CPU of these sizes.'),
  memoryMib: z
    .array(mib, 'a list of whole numbers')
    .min(1, 'at least one size')
    .describe('Memory of each size, rising.'),
});

const table = z.strictObject({
  kind: z.literal('table').describe('Pods are billed by the smallest size that holds them.'),
  overheadMemoryMib: wholeNumber(0, MAX_MIB)
    .prefault(0)
    .describe('Added to what each pod requests before a size is chosen.'),
  rows: z.array(row, 'a list of rows').min(1, 'at least one row').describe('Rising in CPU.'),
});

const asRequested = z.strictObject({
  kind: z.literal('as-requested').describe('Requests are billed as they are.'),
});

const podBook = z.strictObject({
  ...shared,
  kind: z.literal('pods').describe('Each pod is paid for by its size.'),
  sizes: z
    .discriminatedUnion('kind', [asRequested, steps, table])
    .prefault({ kind: 'as-requested' })
    .describe('What is billed for what a pod requests.'),
  regions: z
    .record(
      text('the name of a region'),
      z.strictObject({
        vcpuHour: price.describe('Price of one vCPU for one hour.'),
        gibHour: price.describe('Price of one GiB of memory for one hour.'),
      }),
      'a mapping from regions to prices',
    )
    .describe('Prices by region.'),
});

const nodeShape = z.strictObject({
  vcpus: decimal({ above: 0 }).describe('vCPUs of the machine.'),
  memoryGib: decimal({ above: 0 }).describe('Memory of the machine, GiB.'),
  allocatableCpuMillicores: millicores.describe('CPU that pods may request.'),
  allocatableMemoryMib: mib.describe('Memory that pods may request.'),
  maxPods: wholeNumber(1, 10_000).describe('Most pods on a node.'),
});

const nodeBook = z.strictObject({
  ...shared,
  kind: z.literal('nodes').describe('Nodes are paid for, as many as the pods need.'),
  cpuShare: z
    .number('a number from 0 to 1')
    .min(0, 'a number from 0 to 1')
    .max(1, 'a number from 0 to 1')
    .describe("Share of a node's price that is for its CPU; it weighs what is idle."),
  nodes: z
    .record(text('the name of a machine'), nodeShape, 'a mapping from machines to shapes')
    .describe('Machines by name.'),
  defaultNode: text('the name of a machine').describe('Machine where an experiment names none.'),
  regions: z
    .record(
      text('the name of a region'),
      z.record(text('the name of a machine'), price, 'a mapping from machines to prices'),
      'a mapping from regions to prices',
    )
    .describe('Price of each machine for one hour, by region.'),
});

/** A price book. */
export const priceBookSchema = z
  .discriminatedUnion('kind', [podBook, nodeBook])
  .describe('A price book of hpa-lab');

/** A price book that is right. */
export type PriceBook = z.output<typeof priceBookSchema>;

/** Rules between the fields of a price book; what the schema tells is not told again. */
export function priceBookFaults(document: RawDocument): readonly Fault[] {
  const { content } = document;
  const regions = fieldOf(content, 'regions');
  const nodes = fieldOf(content, 'nodes');
  return [
    ...unknownName(document, ['defaultRegion'], regions),
    ...(nodes === undefined ? [] : unknownName(document, ['defaultNode'], nodes)),
    ...(isRecord(nodes) ? regionFaults(document, regions, nodes) : []),
    ...tableFaults(document),
  ];
}

function unknownName(
  document: RawDocument,
  path: readonly [string],
  known: unknown,
): readonly Fault[] {
  const name = fieldOf(document.content, path[0]);
  if (typeof name !== 'string' || !isRecord(known) || Object.hasOwn(known, name)) return [];
  return [document.fault(path, `one of ${Object.keys(known).join(', ')}`)];
}

/** A region prices only machines that are described, and the default one. */
function regionFaults(
  document: RawDocument,
  regions: unknown,
  nodes: Readonly<Record<string, unknown>>,
): readonly Fault[] {
  if (!isRecord(regions)) return [];
  const defaultNode = fieldOf(document.content, 'defaultNode');
  const known = Object.keys(nodes).join(', ');
  return Object.entries(regions).flatMap(([region, prices]) => {
    if (!isRecord(prices)) return [];
    const strangers = Object.keys(prices).filter((name) => !Object.hasOwn(nodes, name));
    const path = ['regions', region];
    const faults = strangers.map((name) =>
      document.fault(path.concat(name), `a machine of nodes: ${known}`, name),
    );
    if (typeof defaultNode === 'string' && !Object.hasOwn(prices, defaultNode)) {
      faults.push(document.fault(path, `a price of the default machine ${defaultNode}`));
    }
    return faults;
  });
}

function tableFaults(document: RawDocument): readonly Fault[] {
  const sizes = table.safeParse(fieldOf(document.content, 'sizes'));
  if (!sizes.success) return [];
  const faults: Fault[] = [];
  let before = 0;
  for (const [index, { cpuMillicores, memoryMib }] of sizes.data.rows.entries()) {
    const path = ['sizes', 'rows', index];
    if (cpuMillicores <= before) {
      faults.push(document.fault([...path, 'cpuMillicores'], `more than the ${before} before it`));
    }
    before = cpuMillicores;
    faults.push(...memoryFaults(document, path, memoryMib));
  }
  return faults;
}

function memoryFaults(
  document: RawDocument,
  path: FieldPath,
  memoryMib: readonly number[],
): readonly Fault[] {
  return memoryMib.flatMap((each, index) => {
    const before = memoryMib[index - 1] ?? 0;
    if (each > before) return [];
    return [document.fault(path.concat('memoryMib', index), `more than the ${before} before it`)];
  });
}
