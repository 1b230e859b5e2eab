/** What containers may ask for. */
import { describe, expect, it } from 'vitest';
import { requirementFaults } from '../../../../src/control-plane/kinds/resource-requirements.js';
import type { ResourceRequirements } from '../../../../src/core/objects.js';

describe('what a container asks for', () => {
  const accepted: readonly ResourceRequirements[] = [
    {},
    { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1' } },
    { requests: { 'example.com/gpu': '2' }, limits: { 'example.com/gpu': '2' } },
    { requests: { cpu: '1', 'hugepages-2Mi': '4Mi' }, limits: { 'hugepages-2Mi': '4Mi' } },
  ];
  it.each(accepted)('is fine: %j', (resources) => {
    expect(requirementFaults('r', resources)).toEqual([]);
  });

  const refused: readonly {
    readonly name: string;
    readonly resources: ResourceRequirements;
    readonly faults: readonly string[];
  }[] = [
    {
      name: 'a resource that nobody knows',
      resources: { requests: { boxes: '1' } },
      faults: [
        'r.requests[boxes]: Invalid value: "boxes": must be a standard resource type or fully qualified',
        'r.requests[boxes]: Invalid value: "boxes": must be a standard resource for containers',
      ],
    },
    {
      name: 'a resource that only quotas have',
      resources: { limits: { pods: '1' } },
      faults: ['r.limits[pods]: Invalid value: "pods": must be a standard resource for containers'],
    },
    {
      name: 'less than nothing',
      resources: { limits: { cpu: '-1' } },
      faults: ['r.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
    },
    {
      name: 'more than its limit',
      resources: { requests: { cpu: '2' }, limits: { cpu: '1' } },
      faults: ['r.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    },
    {
      name: 'part of a device without a limit',
      resources: { requests: { 'example.com/gpu': '500m' } },
      faults: [
        'r.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
        'r.limits: Required value: Limit must be set for non overcommitable resources',
      ],
    },
    {
      name: 'huge pages and nothing else',
      resources: { limits: { 'hugepages-2Mi': '3Mi' } },
      faults: [
        'r.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
        'r: Forbidden: HugePages require cpu or memory',
      ],
    },
  ];
  it.each(refused)('cannot be $name', ({ resources, faults }) => {
    const texts = requirementFaults('r', resources).map(
      ({ field, message }) => `${field}: ${message}`,
    );

    expect(texts).toEqual(faults);
  });
});
