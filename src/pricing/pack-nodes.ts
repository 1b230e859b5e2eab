/** How many nodes pods need: first-fit-decreasing bin packing. */
import type { PodSize } from './billed-pod.js';
import type { NodeShape } from './prices.js';

const MIB = 1024 ** 2;

interface Room {
  cpuMillicores: number;
  memoryBytes: number;
  pods: number;
}

/** Whether a pod fits on an empty node. */
export function fitsNode(pod: PodSize, node: NodeShape): boolean {
  return hasRoom(emptyNode(node), pod);
}

/**
 * Nodes of one shape that hold all pods: pods by their larger share of a node, largest first, each on the
 * first node with room for it. At most 11/9 of the best there is, and one more (for one dimension).
 *
 * @param pods - each must fit on an empty node, see {@link fitsNode}.
 * @throws {RangeError} when one does not.
 * @see Source: first-fit decreasing, D. S. Johnson, "Near-optimal bin packing algorithms" (1973).
 */
export function nodesFor(pods: readonly PodSize[], node: NodeShape): number {
  const whole = emptyNode(node);
  const share = ({ cpuMillicores, memoryBytes }: PodSize): number =>
    Math.max(cpuMillicores / whole.cpuMillicores, memoryBytes / whole.memoryBytes);
  const nodes: Room[] = [];
  for (const pod of [...pods].sort((a, b) => share(b) - share(a))) {
    let room = nodes.find((each) => hasRoom(each, pod));
    if (room === undefined) {
      room = emptyNode(node);
      if (!hasRoom(room, pod)) throw new RangeError('expected pods that fit on a node');
      nodes.push(room);
    }
    room.cpuMillicores -= pod.cpuMillicores;
    room.memoryBytes -= pod.memoryBytes;
    room.pods--;
  }
  return nodes.length;
}

function emptyNode(node: NodeShape): Room {
  return {
    cpuMillicores: node.allocatableCpuMillicores,
    memoryBytes: node.allocatableMemoryMib * MIB,
    pods: node.maxPods,
  };
}

function hasRoom(room: Room, { cpuMillicores, memoryBytes }: PodSize): boolean {
  return room.pods > 0 && room.cpuMillicores >= cpuMillicores && room.memoryBytes >= memoryBytes;
}
