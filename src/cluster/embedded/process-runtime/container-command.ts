/** What is run for a container: the image's local command, as the container changes it. */
import type { Container } from '../../../core/objects.js';
import { expandVariables } from '../../../control-plane/kubelet/expansion.js';
import type { ImageMapping } from '../../../experiment/experiment.js';

/** What a mapping may refer to. */
export interface MappingValues {
  readonly podIP: string;
  readonly podName: string;
  /** The port to listen on for each container port. */
  readonly port: (containerPort: number) => number;
}

/** Command line and environment, complete but for what every process of a run gets. */
export interface ContainerCommand {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

const IMPLICIT_REGISTRIES = ['docker.io/library/', 'docker.io/', 'index.docker.io/'];

/**
 * The mapping for an image: by its exact name, else by the same name with or without `:latest` and
 * the default registry. Absent: nobody said what stands for it.
 */
export function mappingFor(
  image: string,
  images: Readonly<Record<string, ImageMapping>>,
): ImageMapping | undefined {
  const exact = images[image];
  if (exact !== undefined) return exact;
  const wanted = fullName(image);
  const name = Object.keys(images).find((candidate) => fullName(candidate) === wanted);
  return name === undefined ? undefined : images[name];
}

function fullName(image: string): string {
  const registry = IMPLICIT_REGISTRIES.find((prefix) => image.startsWith(prefix)) ?? '';
  const name = image.slice(registry.length);
  const last = name.slice(name.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? name : `${name}:latest`;
}

/** What a registry says of an image that it has not, and what to tell a user. */
export function unmappedImageMessage(
  image: string,
  images: Readonly<Record<string, ImageMapping>>,
): string {
  const known = Object.keys(images);
  const list = known.length === 0 ? 'none' : known.join(', ');
  const full = registryName(image);
  return (
    `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": ` +
    `failed to resolve reference "${full}": ${full}: not found ` +
    `(no local command stands for image "${image}"; mapped: ${list}. ` +
    `Add one: --image '${image}=program arguments' of the cluster command, or ` +
    `embedded.images."${image}".command: [program, arguments] of an experiment)`
  );
}

/** The image's name with the registry and the tag that are meant when it names none. */
function registryName(image: string): string {
  const name = fullName(image);
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry) return name;
  return rest.length > 0 ? `docker.io/${name}` : `docker.io/library/${name}`;
}

/**
 * The container's `command` takes the place of the mapped command, `args` are appended to whichever
 * it is. The mapping's variables come after the container's own, because they say where to listen. Its
 * command may refer to all of them, and to what the runtime alone knows (see {@link MappingValues}).
 */
export function containerCommand(
  container: Container,
  env: ReadonlyMap<string, string>,
  { mapping, values }: { readonly mapping: ImageMapping; readonly values: MappingValues },
): ContainerCommand {
  const expand = (text: string): string => expandVariables(text, env);
  const own = container.command ?? [];
  const merged = new Map(env);
  const filled = (text: string): string =>
    expandVariables(text, mappingVariables(merged, text, values));
  for (const [name, text] of Object.entries(mapping.env)) merged.set(name, filled(text));
  const command = own.length > 0 ? own.map(expand) : mapping.command.map(filled);
  const argv = [...command, ...(container.args ?? []).map(expand)];
  return { argv, env: merged };
}

const PORT_REFERENCE = /\$\(PORT_(\d+)\)/g;

function mappingVariables(
  env: ReadonlyMap<string, string>,
  text: string,
  values: MappingValues,
): ReadonlyMap<string, string> {
  const known = new Map(env);
  known.set('POD_IP', values.podIP);
  known.set('POD_NAME', values.podName);
  for (const [, port] of text.matchAll(PORT_REFERENCE)) {
    known.set(`PORT_${port}`, String(values.port(Number(port))));
  }
  return known;
}
