import { describe, expect, it } from 'vitest';
import { chooseCpuScale } from '../../../../src/cluster/embedded/cpu-scale.js';

describe('the CPU scale', () => {
  it.each([
    {
      name: '10 pods of 500m on 2 cores',
      cores: 2,
      maxReplicas: 10,
      limitMillicores: 500,
      scale: 0.3,
    },
    {
      name: '10 pods of 500m on 4 cores',
      cores: 4,
      maxReplicas: 10,
      limitMillicores: 500,
      scale: 0.6,
    },
    {
      name: '10 pods of 500m on 16 cores',
      cores: 16,
      maxReplicas: 10,
      limitMillicores: 500,
      scale: 1,
    },
    { name: '3 pods of 500m on 2 cores', cores: 2, maxReplicas: 3, limitMillicores: 500, scale: 1 },
    {
      name: '100 pods of 2 CPUs on 2 cores',
      cores: 2,
      maxReplicas: 100,
      limitMillicores: 2_000,
      scale: 0.007,
    },
    {
      name: '10 pods of 500m on 1 core',
      cores: 1,
      maxReplicas: 10,
      limitMillicores: 500,
      scale: 0.1,
    },
    { name: 'pods without a limit', cores: 2, maxReplicas: 10, limitMillicores: 0, scale: 1 },
  ])('for $name is $scale', ({ scale, ...input }) => {
    const chosen = chooseCpuScale(input);

    expect(chosen.scale).toBe(scale);
  });

  it('comes with its reason', () => {
    expect(chooseCpuScale({ cores: 2, maxReplicas: 10, limitMillicores: 500 }).because).toBe(
      'one Kubernetes CPU is 0.3 of a core, so that 10 pods at 500m (5 CPUs) fit 1.5 of 2 cores (0.5 kept for load and control plane)',
    );
  });
});
