/** Where a container's mounts really are: the paths it names, replaced in what it is started with. */

/** One path of the container and the real one behind it. */
export interface MountPath {
  readonly mountPath: string;
  readonly realPath: string;
}

/** A path goes on with one of these; anything else ends it. */
const PATH_CHARACTER = '[\\w.\\-/]';

/**
 * Gives back what replaces every mount's path in a text, where it stands as a whole path or as the
 * beginning of one: processes here have the machine's file system, so this is how they find what a
 * container would find at its mounts. The longest path wins.
 */
export function pathReplacer(mounts: readonly MountPath[]): (text: string) => string {
  const known = new Map(
    mounts
      .filter(({ mountPath }) => mountPath.startsWith('/') && mountPath !== '/')
      .map(({ mountPath, realPath }) => [mountPath, realPath]),
  );
  if (known.size === 0) return (text) => text;
  const choices = [...known.keys()]
    .sort((a, b) => b.length - a.length)
    .map((path) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<!${PATH_CHARACTER})(?:${choices.join('|')})(?![\\w.\\-])`, 'g');
  return (text) => text.replaceAll(pattern, (path) => known.get(path) ?? path);
}
