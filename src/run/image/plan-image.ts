/** Which commands build an image and bring it to where a cluster finds it. */

/** A program that builds images. */
export type ImageTool = 'docker' | 'podman' | 'nerdctl';

/** Tried in this order. */
export const IMAGE_TOOLS: readonly ImageTool[] = ['docker', 'podman', 'nerdctl'];

/** Where the image goes. */
export type ImageDestination =
  /** A cluster on this machine that keeps images of its own. */
  | { readonly kind: 'kind' | 'minikube' | 'k3d'; readonly cluster: string }
  /** A registry that the cluster pulls from. */
  | { readonly kind: 'registry'; readonly reference: string }
  /** Only built. */
  | { readonly kind: 'none' };

/** What is to be done. */
export interface ImageJob {
  readonly tool: ImageTool;
  /** Relative to the build context. */
  readonly dockerfile: string;
  /** `name:tag`. */
  readonly tag: string;
  readonly destination: ImageDestination;
  /** Where an archive may be written on the way. */
  readonly archive: string;
}

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...args: readonly string[]];

/**
 * The local cluster that a context's name stands for, as kind, k3d and minikube name theirs; undefined when it is
 * none of these.
 */
export function localClusterOf(context: string): ImageDestination | undefined {
  for (const kind of ['kind', 'k3d'] as const) {
    if (context.startsWith(`${kind}-`)) return { kind, cluster: context.slice(kind.length + 1) };
  }
  return context === 'minikube' ? { kind: 'minikube', cluster: context } : undefined;
}

/** The commands in order; the last brings the image to its destination. */
export function imageCommands(job: ImageJob): readonly CommandLine[] {
  const { tool, dockerfile, tag, destination } = job;
  const build: CommandLine = [tool, 'build', '--file', dockerfile, '--tag', tag, '.'];
  if (destination.kind === 'none') return [build];
  if (destination.kind !== 'registry') return [build, ...loading(job, destination)];
  const { reference } = destination;
  const named: readonly CommandLine[] = reference === tag ? [] : [[tool, 'tag', tag, reference]];
  return [build, ...named, [tool, 'push', reference]];
}

/** What these tools load by name comes from docker; the images of others go through an archive. */
function loading(
  { tool, tag, archive }: ImageJob,
  { kind, cluster }: Extract<ImageDestination, { readonly cluster: string }>,
): readonly CommandLine[] {
  const isDocker = tool === 'docker';
  const what = isDocker ? tag : archive;
  const format = tool === 'podman' ? ['--format', 'docker-archive'] : [];
  const saved: readonly CommandLine[] = isDocker
    ? []
    : [[tool, 'save', ...format, '--output', archive, tag]];
  return [...saved, loadCommand(kind, what, { cluster, isDocker })];
}

function loadCommand(
  kind: 'kind' | 'minikube' | 'k3d',
  what: string,
  { cluster, isDocker }: { readonly cluster: string; readonly isDocker: boolean },
): CommandLine {
  if (kind === 'k3d') return ['k3d', 'image', 'import', what, '--cluster', cluster];
  if (kind === 'minikube') return ['minikube', 'image', 'load', what, '--profile', cluster];
  const command = isDocker ? 'docker-image' : 'image-archive';
  return ['kind', 'load', command, what, '--name', cluster];
}
