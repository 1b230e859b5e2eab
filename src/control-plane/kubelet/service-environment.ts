/** The variables by which a container finds the Services that were there before it. */
import type { Service, StringMap } from '../../core/objects.js';

/**
 * `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT`, `WEB_PORT_80_TCP_ADDR` and so on of each Service that has an
 * address.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/envvars/envvars.go`, `FromServices`.
 */
export function serviceVariables(services: readonly Service[]): StringMap {
  return Object.fromEntries(services.flatMap(variablesOf));
}

function variablesOf({
  metadata,
  spec,
}: Service): readonly (readonly [name: string, value: string])[] {
  const { clusterIP: host = '', ports = [] } = spec;
  const [first] = ports;
  if (host === '' || host === 'None' || first === undefined) return [];
  const name = variableName(metadata.name);
  const url = ({ protocol = 'TCP', port }: (typeof ports)[number]): string =>
    `${protocol.toLowerCase()}://${host}:${port}`;
  const links = ports.flatMap((each) => {
    const { protocol = 'TCP', port } = each;
    const link = `${name}_PORT_${port}_${protocol.toUpperCase()}`;
    return [
      [link, url(each)],
      [`${link}_PROTO`, protocol.toLowerCase()],
      [`${link}_PORT`, String(port)],
      [`${link}_ADDR`, host],
    ] as const;
  });
  const named = ports.flatMap((each) =>
    (each.name ?? '') === ''
      ? []
      : [[`${name}_SERVICE_PORT_${variableName(each.name ?? '')}`, String(each.port)] as const],
  );
  return [
    [`${name}_SERVICE_HOST`, host],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...named,
    [`${name}_PORT`, url(first)],
    ...links,
  ];
}

function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
