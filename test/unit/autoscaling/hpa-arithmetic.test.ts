import { describe, expect, it } from 'vitest';
import { scaleInt, toInt32, toInt64 } from '../../../src/autoscaling/hpa/go-numbers.js';
import { readPodRequests, requestOf } from '../../../src/autoscaling/hpa/pod-requests.js';
import { readMilli, readRatio, writeMilli } from '../../../src/autoscaling/hpa/quantities.js';
import { measure, type UsageTotals } from '../../../src/autoscaling/hpa/usage-ratio.js';
import type { Container } from '../../../src/core/objects.js';

/** What three pods use and request. */
function totals(usedMilli: number, requestedMilli: number): UsageTotals {
  const metricCount = 3;
  return { usedMilli, metricCount, knownUsedMilli: usedMilli, requestedMilli, knownCount: 3 };
}

function container(name: string, cpu?: string, restartPolicy?: string): Container {
  return {
    name,
    image: 'app',
    ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }),
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  };
}

describe('quantities in thousandths', () => {
  it.each([
    { name: 'nano is rounded up', text: '28278280n', milli: 29 },
    { name: 'nano that is even stays', text: '28000000n', milli: 28 },
    { name: 'micro is rounded up', text: '1u', milli: 1 },
    { name: 'milli', text: '250m', milli: 250 },
    { name: 'whole', text: '26221801', milli: 26_221_801_000 },
    { name: 'binary', text: '256Mi', milli: 268_435_456_000 },
    { name: 'a fraction', text: '0.1', milli: 100 },
    { name: 'an exponent', text: '1e3', milli: 1_000_000 },
  ])('reads $name', ({ text, milli }) => {
    expect(readMilli(text)).toBe(milli);
  });

  it.each([
    { name: 'zero', milli: 0, text: '0' },
    { name: 'thousandths', milli: 1_333, text: '1333m' },
    { name: 'whole units', milli: 2_000, text: '2' },
    { name: 'thousands', milli: 2_000_000, text: '2k' },
    {
      name: 'the lowest int64, which Go makes of a division by zero',
      milli: -(2 ** 63),
      text: '-9223372036854775808m',
    },
    { name: 'what is beyond int64 as the highest', milli: 2 ** 63, text: '9223372036854775807m' },
  ])('writes $name', ({ milli, text }) => {
    expect(writeMilli(milli)).toBe(text);
  });

  it.each([
    { name: 'whole mebibytes in binary', milli: 1_024 * 1_024 * 1_000, text: '1Mi' },
    {
      name: 'a fraction of a byte in decimal, to lose nothing',
      milli: 26_221_801_333,
      text: '26221801333m',
    },
    { name: 'less than a kibibyte in decimal', milli: 512_000, text: '512' },
  ])('writes memory: $name', ({ milli, text }) => {
    expect(writeMilli(milli, 'BinarySI')).toBe(text);
  });

  it.each([
    { text: '100m', ratio: 0.1 },
    { text: '0.05', ratio: 0.05 },
    { text: '1', ratio: 1 },
    { text: '1Ki', ratio: 1_024 },
    { text: '5e-2', ratio: 0.05 },
  ])('reads $text as a ratio', ({ text, ratio }) => {
    expect(readRatio(text)).toBe(ratio);
  });

  it.each(['', 'x', '1x', '.', '-'])('refuses "%s"', (text) => {
    expect(() => readRatio(text)).toThrow(RangeError);
  });
});

describe('integers as Go on amd64 has them', () => {
  it.each([
    { name: 'is cut toward zero', value: -1.9, int32: -1 },
    { name: 'too high is the lowest', value: 2 ** 31, int32: -(2 ** 31) },
    { name: 'that is no number is the lowest', value: Number.NaN, int32: -(2 ** 31) },
    { name: 'at the top fits', value: 2 ** 31 - 1, int32: 2 ** 31 - 1 },
  ])('a float that $name', ({ value, int32 }) => {
    expect(toInt32(value)).toBe(int32);
  });

  it('infinity as int64 is the lowest', () => {
    expect(toInt64(Number.POSITIVE_INFINITY)).toBe(-(2 ** 63));
  });

  it('a percentage of terabytes in thousandths is exact, where floats are not', () => {
    // 100 x 199,999,999,999,999 / 200,000,000,000,000 is 99.99..., which floats round up to 100
    expect(scaleInt(199_999_999_999_999, 100, 200_000_000_000_000)).toBe(99);
  });
});

describe('utilization', () => {
  const target = { kind: 'utilization', percent: 60 } as const;

  it.each([
    { name: 'just below a percent is cut', usedMilli: 197, percent: 65 },
    { name: 'at a percent counts', usedMilli: 198, percent: 66 },
  ])('$name', ({ usedMilli, percent }) => {
    expect(measure(totals(usedMilli, 300), target)).toMatchObject({ percent, ratio: percent / 60 });
  });

  it('of pods that request nothing is none', () => {
    expect(measure(totals(10, 0), target)).toBeUndefined();
  });
});

describe('what a pod requests', () => {
  it.each([
    {
      name: 'is the sum of its containers and restartable init containers',
      spec: {
        containers: [container('app', '100m'), container('log', '20m')],
        initContainers: [container('mesh', '30m', 'Always'), container('migrate', '1')],
      },
      of: undefined,
      request: 150,
    },
    {
      name: 'of one container is that container, also a restartable init container',
      spec: {
        containers: [container('app', '100m')],
        initContainers: [container('mesh', '30m', 'Always')],
      },
      of: 'mesh',
      request: 30,
    },
    {
      name: 'of an ordinary init container is not to be had',
      spec: { containers: [container('app', '100m')], initContainers: [container('migrate', '1')] },
      of: 'migrate',
      request: 'container migrate not found in Pod web',
    },
    {
      name: 'lacks when one container lacks it, the first of which is named',
      spec: { containers: [container('app', '100m'), container('log'), container('mesh')] },
      of: undefined,
      request: 'missing request for cpu in container log of Pod web',
    },
    {
      name: 'at pod level stands for all containers',
      spec: { containers: [container('app')], resources: { requests: { cpu: '1500m' } } },
      of: undefined,
      request: 1_500,
    },
    {
      name: 'at pod level does not stand for one container',
      spec: { containers: [container('app', '100m')], resources: { requests: { cpu: '1500m' } } },
      of: 'app',
      request: 100,
    },
    {
      name: 'at pod level of memory alone leaves CPU to what the containers add up to',
      spec: {
        containers: [container('app', '100m'), container('log')],
        resources: { requests: { memory: '1Gi' } },
      },
      of: undefined,
      request: 100,
    },
    {
      name: 'at pod level of memory alone counts a larger init container',
      spec: {
        containers: [container('app', '100m')],
        initContainers: [container('mesh', '30m', 'Always'), container('migrate', '400m')],
        resources: { requests: { memory: '1Gi' } },
      },
      of: undefined,
      request: 430,
    },
  ])('$name', ({ spec, of, request }) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec };
    const read = { name: 'web', requests: readPodRequests(pod) };

    expect(requestOf(read, 'cpu', of)).toBe(request);
  });
});
