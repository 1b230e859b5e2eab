/** Gives Services their cluster IPs and node ports. */
import type { Service } from '../../core/objects.js';
import type { Random } from '../../core/random.js';
import { ApiError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import type { Draft, ServiceAllocator } from '../kinds/kind.js';
import { SERVICES } from '../resources.js';

/** Upstream's default range of node ports. */
const NODE_PORTS = { first: 30_000, last: 32_767 } as const;
/** Low node ports are left for those who ask for one. */
const FIRST_DYNAMIC_NODE_PORT = 30_086;

/** A range of IPv4 addresses: `10.96.0.0/16`. */
export interface ServiceRange {
  readonly base: number;
  readonly size: number;
  readonly text: string;
}

/** The range that a CIDR spells. @throws {RangeError} when it spells none. */
export function parseServiceRange(text: string): ServiceRange {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
  if (match === null) throw new RangeError(`expected a range such as 10.96.0.0/16, got "${text}"`);
  const [a = 0, b = 0, c = 0, d = 0, bits = 32] = match.slice(1).map(Number);
  return { base: ((a * 256 + b) * 256 + c) * 256 + d, size: 2 ** (32 - bits), text };
}

/**
 * Finds free addresses and ports by looking at the services there are; it remembers nothing.
 *
 * @see Source: kubernetes `pkg/registry/core/service/storage/alloc.go`.
 */
export class ServiceAddresses implements ServiceAllocator {
  readonly #random: Random;
  readonly #range: ServiceRange;
  readonly #services: () => readonly Service[];

  constructor(options: {
    readonly random: Random;
    readonly range: ServiceRange;
    readonly services: () => readonly Service[];
  }) {
    this.#random = options.random;
    this.#range = options.range;
    this.#services = options.services;
  }

  allocate(service: Draft<Service>, previous: Service | undefined): void {
    const { spec } = service;
    const others = this.#othersThan(service);
    if (spec.type !== 'ExternalName') this.#allocateIp(service, previous, others);
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
      this.#allocatePorts(service, others);
    }
  }

  #allocateIp(
    service: Draft<Service>,
    previous: Service | undefined,
    others: readonly Service[],
  ): void {
    const { spec } = service;
    const isHeadless = spec.clusterIP === 'None';
    if (
      !isHeadless &&
      (spec.clusterIP === undefined || spec.clusterIP !== previous?.spec.clusterIP)
    ) {
      const taken = new Set(others.flatMap((other) => other.spec.clusterIPs ?? []));
      if (spec.clusterIP === undefined) spec.clusterIP = this.#freeIp(taken);
      else this.#refuseTaken(service, spec.clusterIP, taken);
    }
    spec.clusterIPs = spec.clusterIP === undefined ? [] : [spec.clusterIP];
    spec['ipFamilies'] ??= ['IPv4'];
    spec['ipFamilyPolicy'] ??= 'SingleStack';
  }

  #refuseTaken(service: Draft<Service>, ip: string, taken: ReadonlySet<string>): void {
    const position = ipNumber(ip) - this.#range.base;
    const because = taken.has(ip)
      ? 'provided IP is already allocated'
      : position < 0 || position >= this.#range.size
        ? `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${this.#range.text}`
        : undefined;
    if (because === undefined) return;
    throw ApiError.invalid(SERVICES, service.metadata.name, [
      invalidValue('spec.clusterIPs', [ip], `failed to allocate IP ${ip}: ${because}`),
    ]);
  }

  /** Walks from a random place; the network's own, the first and the last address are never given. */
  #freeIp(taken: ReadonlySet<string>): string {
    const { base, size } = this.#range;
    const start = this.#random.below(size);
    for (let step = 0; step < size; step++) {
      const offset = (start + step) % size;
      if (offset < 2 || offset === size - 1) continue;
      const ip = ipText(base + offset);
      if (!taken.has(ip)) return ip;
    }
    throw ApiError.internal('failed to allocate a serviceIP: range is full');
  }

  #allocatePorts(service: Draft<Service>, others: readonly Service[]): void {
    const taken = new Set(others.flatMap((other) => nodePortsOf(other)));
    for (const [index, port] of (service.spec.ports ?? []).entries()) {
      if (port.nodePort === undefined) {
        port.nodePort = this.#freePort(taken);
      } else {
        const because = taken.has(port.nodePort)
          ? 'provided port is already allocated'
          : port.nodePort < NODE_PORTS.first || port.nodePort > NODE_PORTS.last
            ? `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`
            : undefined;
        if (because !== undefined) {
          throw ApiError.invalid(SERVICES, service.metadata.name, [
            invalidValue(`spec.ports[${index}].nodePort`, port.nodePort, because),
          ]);
        }
      }
      taken.add(port.nodePort);
    }
  }

  #freePort(taken: ReadonlySet<number>): number {
    const size = NODE_PORTS.last - FIRST_DYNAMIC_NODE_PORT + 1;
    const start = this.#random.below(size);
    for (let step = 0; step < size; step++) {
      const port = FIRST_DYNAMIC_NODE_PORT + ((start + step) % size);
      if (!taken.has(port)) return port;
    }
    throw ApiError.internal('failed to allocate a nodePort: range is full');
  }

  #othersThan(service: Draft<Service>): readonly Service[] {
    const { namespace, name } = service.metadata;
    return this.#services().filter(
      (other) => other.metadata.name !== name || other.metadata.namespace !== namespace,
    );
  }
}

function nodePortsOf(service: Service): readonly number[] {
  return (service.spec.ports ?? []).flatMap(({ nodePort }) =>
    nodePort === undefined ? [] : [nodePort],
  );
}

function ipNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function ipText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
