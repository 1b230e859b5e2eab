import { describe, expect, it } from 'vitest';
import {
  cgroupMounts,
  withAncestors,
} from '../../../../../src/cluster/embedded/process-runtime/cgroup-mounts.js';

/** One line of mountinfo: the mount's root and place, its type and options. */
const line = (place: string, type: string, options: string): string =>
  `30 23 0:26 ${place} rw,nosuid,nodev,noexec,relatime shared:4 - ${type} cgroup ${options}`;

describe('cgroup mounts', () => {
  it.each([
    {
      name: 'version 2 in a systemd session',
      mounts: [line('/ /sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate')],
      groups: '0::/user.slice/user-1000.slice/session-2.scope\n',
      expected: [
        {
          version: 2,
          controllers: [],
          root: '/sys/fs/cgroup',
          own: '/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope',
        },
      ],
    },
    {
      name: 'version 2 in a container with a namespace of its own',
      mounts: [line('/ /sys/fs/cgroup', 'cgroup2', 'ro')],
      groups: '0::/\n',
      expected: [{ version: 2, controllers: [], root: '/sys/fs/cgroup', own: '/sys/fs/cgroup' }],
    },
    {
      name: 'version 1 in a container without: the mount begins at our group',
      mounts: [line('/docker/abc /sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct')],
      groups: '4:cpu,cpuacct:/docker/abc\n0::/x\n',
      expected: [
        {
          version: 1,
          controllers: ['rw', 'cpu', 'cpuacct'],
          root: '/sys/fs/cgroup/cpu,cpuacct',
          own: '/sys/fs/cgroup/cpu,cpuacct',
        },
      ],
    },
    {
      name: 'both versions, each with its own group',
      mounts: [
        line('/ /sys/fs/cgroup/cpu', 'cgroup', 'rw,cpu'),
        line('/ /sys/fs/cgroup/unified', 'cgroup2', 'rw'),
        '25 1 8:1 / / rw - ext4 /dev/sda1 rw',
      ],
      groups: '1:cpu:/a\n0::/b\n',
      expected: [
        {
          version: 1,
          controllers: ['rw', 'cpu'],
          root: '/sys/fs/cgroup/cpu',
          own: '/sys/fs/cgroup/cpu/a',
        },
        {
          version: 2,
          controllers: [],
          root: '/sys/fs/cgroup/unified',
          own: '/sys/fs/cgroup/unified/b',
        },
      ],
    },
    { name: 'none', mounts: [], groups: '0::/\n', expected: [] },
  ])('$name', ({ mounts, groups, expected }) => {
    expect(cgroupMounts(`${mounts.join('\n')}\n`, groups)).toEqual(expected);
  });

  it('walks up to the root of the hierarchy', () => {
    const mount = { version: 2, controllers: [], root: '/r', own: '/r/a/b' } as const;

    expect(withAncestors(mount)).toEqual(['/r/a/b', '/r/a', '/r']);
  });
});
