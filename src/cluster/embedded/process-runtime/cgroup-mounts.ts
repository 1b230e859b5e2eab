/** Where this process may look for control groups, from the kernel's own tables. */

/** One mounted hierarchy and our place in it. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** v1: what the hierarchy controls. v2: empty, its controllers differ from group to group. */
  readonly controllers: readonly string[];
  /** Directory of the hierarchy. */
  readonly root: string;
  /** Directory of the group that this process is in. */
  readonly own: string;
}

/**
 * The hierarchies of `/proc/self/mountinfo` with our groups of `/proc/self/cgroup`.
 *
 * In a container the mount may begin inside the hierarchy (its root in the fourth word), so the path
 * of our group is taken from there.
 *
 * @see Source: Linux `Documentation/filesystems/proc.rst`, 3.5; `cgroups(7)`, `/proc/pid/cgroup`.
 */
export function cgroupMounts(mountInfo: string, ownGroups: string): readonly CgroupMount[] {
  const groups = ownGroups
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', names = '', ...path] = line.split(':');
      return { isV2: id === '0', names: names.split(','), path: path.join(':') };
    });
  return mountInfo.split('\n').flatMap((line): readonly CgroupMount[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , mountedRoot = '/', root = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const controllers = type === 'cgroup' ? options.split(',') : [];
    const group = groups.find(({ isV2, names }) =>
      type === 'cgroup2' ? isV2 : names.some((name) => name !== '' && controllers.includes(name)),
    );
    if (group === undefined) return [];
    const version = type === 'cgroup2' ? 2 : 1;
    return [{ version, controllers, root, own: joined(root, within(group.path, mountedRoot)) }];
  });
}

function within(path: string, mountedRoot: string): string {
  if (mountedRoot === '/') return path;
  return path.startsWith(mountedRoot) ? path.slice(mountedRoot.length) : '/';
}

function joined(root: string, path: string): string {
  return path === '/' || path === '' ? root : `${root}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** Our group and every group above it up to the root of the hierarchy, nearest first. */
export function withAncestors(mount: CgroupMount): readonly string[] {
  const list: string[] = [];
  for (let path = mount.own; path.length > mount.root.length; ) {
    list.push(path);
    path = path.slice(0, path.lastIndexOf('/'));
  }
  return [...list, mount.root];
}
