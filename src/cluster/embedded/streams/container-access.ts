/** The port through which streams reach into running containers. */
import type { Readable, Writable } from 'node:stream';

/** Size of a terminal, in characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** How a command in a container ended. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** It never ran, or cannot be followed any more. */
  | { readonly kind: 'failed'; readonly message: string };

/** A running command, or a container that one attached to. */
export interface RunningCommand {
  /** Absent: it was started without. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  /** Absent with a terminal, where all output is one stream. */
  readonly stderr: Readable | undefined;
  /** Resolves when it is over and its output was read; never rejects. */
  readonly end: Promise<CommandEnd>;
  /** Changes the size of the terminal; without one this does nothing. */
  resize(size: TerminalSize): void;
  /** Nobody listens any more. What runs goes on running, as in a real cluster. */
  leave(): void;
}

/** A container by its pod. */
export interface ContainerKey {
  readonly podUid: string;
  readonly container: string;
}

/** What to run in a container. */
export interface CommandRequest {
  readonly argv: readonly string[];
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** A container that runs. */
export interface AccessibleContainer {
  /** Runs a command in the container's environment and limits; it ends with the container at the latest. */
  exec(request: CommandRequest): RunningCommand;
  /** Connects to the first process: its output from now on, and its input where it has one. */
  attach(): RunningCommand;
}

/** Finds containers. */
export interface ContainerAccess {
  /** Undefined: it does not run now. */
  container(key: ContainerKey): AccessibleContainer | undefined;
}
