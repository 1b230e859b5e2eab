import { describe, expect, it } from 'vitest';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { bundledPriceBook, PRICE_BOOK_NAMES } from '../../../src/experiment/price-books.js';

const BEFORE = `name: small
question: Does it parse?
manifests: [m]
underTest: { deployment: app }
load: { stages: [{ name: only, kind: constant, rate: 1/s, duration: 1m }] }
`;

const OWN = {
  name: 'own',
  title: 'Our data center',
  kind: 'pods',
  currency: 'EUR',
  asOf: '2026-10-01',
  source: 'https://example.org/prices',
  regions: { here: { vcpuHour: 0.02, gibHour: 0.003 }, there: { vcpuHour: 0.03, gibHour: 0.004 } },
  defaultRegion: 'here',
};
const MACHINES = {
  name: 'machines',
  title: 'Our machines',
  kind: 'nodes',
  currency: 'EUR',
  asOf: '2026-10-01',
  source: 'https://example.org/prices',
  cpuShare: 0.6,
  nodes: {
    small: {
      vcpus: 2,
      memoryGib: 8,
      allocatableCpuMillicores: 1_900,
      allocatableMemoryMib: 7_000,
      maxPods: 30,
    },
  },
  defaultNode: 'small',
  regions: { here: { small: 0.05 } },
  defaultRegion: 'here',
};

function parsed(price: string, files: Readonly<Record<string, unknown>> = {}) {
  return parseExperiment(`${BEFORE}price: ${price}\n`, {
    fileName: 'x.yaml',
    resolvePath: (path) => `/lab/${path}`,
    measures: [],
    readText: (path) => {
      const content = files[path.replace('/lab/', '')];
      return content === undefined
        ? { kind: 'unreadable', because: 'there is no such file' }
        : { kind: 'text', text: JSON.stringify(content, null, 2) };
    },
  });
}

function priceOf(price: string, files?: Readonly<Record<string, unknown>>): unknown {
  const result = parsed(price, files);
  if (result.kind === 'faults') throw new Error(result.faults.map(formatFault).join('\n'));
  return result.experiment.price;
}

function faultsOf(price: string, files?: Readonly<Record<string, unknown>>): readonly string[] {
  const result = parsed(price, files);
  return result.kind === 'faults' ? result.faults.map(formatFault) : [];
}

describe('the price of an experiment', () => {
  it.each(PRICE_BOOK_NAMES)('may be the bundled book %s', (name) => {
    expect(priceOf(name)).toMatchObject({ book: name, currency: 'USD', clusterHour: 0.1 });
  });

  it('may choose region and machine of a book', () => {
    expect(priceOf('{ book: eks, region: us-east-1, node: m5.xlarge }')).toMatchObject({
      kind: 'nodes',
      book: 'eks',
      region: 'us-east-1',
      nodeHour: 0.192,
      node: { name: 'm5.xlarge', vcpus: 4, allocatableCpuMillicores: 3_920, maxPods: 58 },
    });
  });

  it('may be a file in the same format, and defaults are filled in', () => {
    expect(priceOf('{ book: ./own.json, region: there }', { './own.json': OWN })).toEqual({
      kind: 'pods',
      book: './own.json',
      title: 'Our data center',
      region: 'there',
      currency: 'EUR',
      asOf: '2026-10-01',
      source: 'https://example.org/prices',
      clusterHour: 0,
      minimumBillingSeconds: 0,
      vcpuHour: 0.03,
      gibHour: 0.004,
      sizes: { kind: 'as-requested' },
    });
  });

  it('may stand in the experiment itself', () => {
    const inline = { vcpuHour: 1, gibHour: 2, currency: 'EUR', asOf: '2026-01-01', source: 'us' };

    expect(priceOf(JSON.stringify(inline))).toEqual(inline);
  });

  it.each([
    {
      name: 'an unknown book, with those that exist',
      price: 'ekz',
      faults: [
        /price: expected one of the price books aks, eks, fargate, gke-autopilot, gke-standard, or the path of your own \(.json or .yaml\), found "ekz"/,
      ],
    },
    {
      name: 'an unknown region, with those that have prices',
      price: '{ book: eks, region: mars }',
      faults: [/price.region: expected a region that eks has prices for: us-east-1, found "mars"/],
    },
    {
      name: 'an unknown machine',
      price: '{ book: eks, node: m5.tiny }',
      faults: [/price.node: expected a machine priced in us-east-1: m5.large, m5.xlarge, found/],
    },
    {
      name: 'a machine where pods are billed',
      price: '{ book: fargate, node: m5.large }',
      faults: [/price.node: expected no node: fargate bills pods/],
    },
    {
      name: 'a file that is not there',
      price: './gone.yaml',
      faults: [
        /price: expected a file that can be read, found ".\/gone.yaml": there is no such file/,
      ],
    },
    {
      name: 'a misspelled field',
      price: '{ book: eks, regoin: us-east-1 }',
      faults: [/price.regoin: expected one of the fields book, region, .*did you mean region/],
    },
    {
      name: 'every fault of prices in the experiment',
      price: '{ vcpuHour: -1, gibHour: 1, currency: dollars, asOf: now, source: us }',
      faults: [
        /price.vcpuHour: expected a number of at least 0/,
        /price.currency: expected a currency code/,
        /price.asOf: expected a date/,
      ],
    },
  ])('may not be $name', ({ price, faults }) => {
    expect(faultsOf(price)).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });
});

describe('a price book of a user', () => {
  it.each([
    {
      name: 'an unknown default region',
      book: { ...OWN, defaultRegion: 'mars' },
      faults: [/own.json:\d+:\d+: defaultRegion: expected one of here, there, found "mars"/],
    },
    {
      name: 'faults of the schema and between fields, all at once',
      book: { ...MACHINES, cpuShare: 2, defaultNode: 'big' },
      faults: [
        /cpuShare: expected a number from 0 to 1, found 2/,
        /defaultNode: expected one of small, found "big"/,
        /regions.here: expected a price of the default machine big/,
      ],
    },
    {
      name: 'a price of a machine that is not described',
      book: { ...MACHINES, regions: { here: { small: 1, large: 2 } } },
      faults: [/regions.here.large: expected a machine of nodes: small, found large/],
    },
    {
      name: 'sizes that do not rise',
      book: {
        ...OWN,
        sizes: {
          kind: 'table',
          rows: [
            { cpuMillicores: 500, memoryMib: [512, 512] },
            { cpuMillicores: 250, memoryMib: [512] },
          ],
        },
      },
      faults: [
        /sizes.rows\[0\].memoryMib\[1\]: expected more than the 512 before it/,
        /sizes.rows\[1\].cpuMillicores: expected more than the 500 before it/,
      ],
    },
    {
      name: 'neither pods nor nodes',
      book: { ...OWN, kind: 'servers' },
      faults: [/kind: expected/],
    },
    {
      name: 'no source',
      book: { ...OWN, source: 'somewhere' },
      faults: [/source: expected the URL/],
    },
  ])('may not have $name', ({ book, faults }) => {
    expect(faultsOf('./own.json', { './own.json': book })).toEqual(
      faults.map((fault) => expect.stringMatching(fault)),
    );
  });

  it('may bill nodes', () => {
    expect(priceOf('./machines.yaml', { './machines.yaml': MACHINES })).toMatchObject({
      kind: 'nodes',
      nodeHour: 0.05,
      cpuShare: 0.6,
      node: { name: 'small' },
    });
  });
});

describe('a bundled price book', () => {
  it.each(PRICE_BOOK_NAMES)('%s says its name, its date and where its prices are from', (name) => {
    const book = bundledPriceBook(name);

    expect(book).toMatchObject({
      name,
      currency: 'USD',
      asOf: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
      source: expect.stringMatching(/^https:/),
      note: expect.stringMatching(/./),
    });
  });

  it('does not go by names that objects have anyway', () => {
    expect(bundledPriceBook('toString')).toBeUndefined();
  });
});
