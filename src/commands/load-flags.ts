/** From the flags of `load` to what is sent: everything that is wrong with them is told at once. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { processCount } from '../experiment/load-schema.js';
import { duration, rate, wholeNumber, word } from '../experiment/values.js';
import { oneRequest, type RequestSpec, type SessionSpec } from '../load/request-spec.js';
import type { ProcessCount } from '../load/plan-shares.js';
import type { LoadPlan } from '../load/sender.js';
import type { EngineChoice } from '../load/senders/sender-messages.js';
import { loadOfFile, requestsOfFile } from '../run/read-load.js';
import { FlagReader, flagOf, quoted, usageError } from './flag-reader.js';

/** The flags as they were typed. */
export interface LoadFlags {
  readonly url?: string;
  readonly rate?: string;
  readonly duration?: string;
  readonly concurrency?: string;
  readonly profile?: string;
  readonly requests?: string;
  readonly method?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly spacing?: string;
  readonly connections?: string;
  readonly timeout?: string;
  readonly maxInFlight?: string;
  readonly maxConnections?: string;
  readonly seed?: string;
  readonly engine?: string;
  readonly processes?: string;
  readonly json?: string;
  readonly insecure?: boolean;
  readonly ci?: boolean;
  readonly yesIOwnThisTarget?: boolean;
}

/** What is sent, where, and how it is told. */
export interface LoadJob {
  /** As it was typed. */
  readonly url: string;
  readonly baseUrl: string;
  readonly plan: LoadPlan;
  readonly engine: EngineChoice;
  readonly processes: ProcessCount;
  /** Absolute; absent: no JSON is written. */
  readonly jsonPath: string | undefined;
  readonly isForeignAllowed: boolean;
}

const MAX_IN_FLIGHT = 100_000;
const DEFAULTS = {
  timeoutMs: 5_000,
  maxInFlight: 1_000,
  seed: 1,
  connections: { kind: 'keep-alive' },
} as const;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * What the flags ask for.
 *
 * @throws {LabError} `USAGE` with every fault, those of files with their place.
 */
export function loadJob(flags: LoadFlags): LoadJob {
  const faults: string[] = [];
  const read = new FlagReader(flags, faults);
  const target = targetOf(flags.url, faults);
  const seed = read.value('seed', wholeNumber(0, 4_294_967_295));
  const base = basePlan(read, { seed, hasUrlPath: target?.path !== undefined });
  const jsonPath = flags.json === undefined ? undefined : jsonPathOf(flags.json, faults);
  const engine = read.value('engine', word(['auto', 'socket', 'undici', 'autocannon'])) ?? 'auto';
  const processes = read.value('processes', processCount) ?? base?.processes ?? 'auto';
  const overrides = overridesOf(read, flags);
  const requests = requestsOf(read, { path: target?.path, base: base?.requests });
  if (faults.length > 0 || base === undefined || target === undefined || requests === undefined) {
    throw usageError(
      faults,
      'npm run load -- --url http://127.0.0.1:8080/work --rate 500 --duration 10s',
    );
  }
  const { url, baseUrl } = target;
  const plan = withConnections({ ...base, ...overrides, requests }, flags);
  return {
    url,
    baseUrl,
    plan,
    engine,
    processes,
    jsonPath,
    isForeignAllowed: flags.yesIOwnThisTarget === true,
  };
}

interface UrlParts {
  readonly url: string;
  readonly baseUrl: string;
  /** Path with query; undefined when the URL names none. */
  readonly path: string | undefined;
}

function targetOf(url: string | undefined, faults: string[]): UrlParts | undefined {
  const expected = 'a URL such as http://127.0.0.1:8080/work';
  if (url === undefined) {
    faults.push(`--url: expected ${expected}, found nothing`);
    return undefined;
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  if (parsed === undefined || !isWeb) {
    faults.push(`--url: expected ${expected}, found ${quoted(withoutSecrets(url))}`);
    return undefined;
  }
  if (parsed.username !== '' || parsed.password !== '') {
    const found = quoted(withoutSecrets(url));
    faults.push(
      `--url: expected no user and password (--header "authorization: ..." sends them), found ${found}`,
    );
  }
  if (parsed.hash !== '') {
    faults.push(
      `--url: expected no fragment, which is never sent to a server, found ${quoted(parsed.hash)}`,
    );
  }
  const path = `${parsed.pathname}${parsed.search}`;
  return { url, baseUrl: parsed.origin, path: path === '/' ? undefined : path };
}

/** What stands before an `@` of the host may be a password, which nothing here ever prints. */
function withoutSecrets(url: string): string {
  return url.replace(/^([a-z][a-z\d+.-]*:\/*)?[^/?#]*@/i, '$1...@');
}

/** The load without what other flags change; undefined when it is not known what is sent. */
function basePlan(
  read: FlagReader<LoadFlags>,
  given: { readonly seed: number | undefined; readonly hasUrlPath: boolean },
): LoadPlan | undefined {
  const { flags } = read;
  const ways = (['rate', 'concurrency', 'profile'] as const).filter(
    (name) => flags[name] !== undefined,
  );
  if (ways.length !== 1) {
    const found = ways.length === 0 ? 'none of them' : ways.map(flagOf).join(' and ');
    read.fault('load', 'one of --rate, --concurrency and --profile', found);
  }
  const durationMs = read.value('duration', duration({ above0: true }));
  const ratePerSecond = read.value('rate', rate());
  const concurrency = read.value('concurrency', wholeNumber(1, MAX_IN_FLIGHT));
  const { connections } = DEFAULTS;
  const profile = read.file('profile', (path) => {
    return loadOfFile(path, { seed: given.seed, connections });
  });
  if (flags.profile === undefined && ways.length > 0 && flags.duration === undefined) {
    read.fault('--duration', 'a duration such as 10s', 'nothing');
  }
  if (flags.profile !== undefined && flags.duration !== undefined) {
    read.fault(
      '--duration',
      'no such flag with --profile, which says how long',
      quoted(flags.duration),
    );
  }
  if (ratePerSecond === 0) read.fault('--rate', 'a rate above 0', '"0"');
  const seed = given.seed ?? DEFAULTS.seed;
  if (profile !== undefined) return profile;
  if (durationMs === undefined) return undefined;
  if (ratePerSecond !== undefined) {
    const stage = { name: 'load', kind: 'constant', ratePerSecond, durationMs } as const;
    return planOf({ model: 'open', profile: { stages: [stage] }, spacing: 'even' }, seed);
  }
  return concurrency === undefined
    ? undefined
    : planOf({ model: 'closed', concurrency, durationMs }, seed);
}

function planOf(load: LoadPlan['load'], seed: number): LoadPlan {
  const maxInFlight = load.model === 'closed' ? load.concurrency : DEFAULTS.maxInFlight;
  return {
    load,
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: DEFAULTS.connections,
    maxConnections: maxInFlight,
    maxInFlight,
    timeoutMs: DEFAULTS.timeoutMs,
    seed,
  };
}

/** What flags change of a plan, wherever it is from. */
function overridesOf(
  read: FlagReader<LoadFlags>,
  flags: LoadFlags,
): Partial<LoadPlan> & { spacing?: never } {
  const timeoutMs = read.value('timeout', duration({ above0: true }));
  const maxInFlight = read.value('maxInFlight', wholeNumber(1, MAX_IN_FLIGHT));
  const maxConnections = read.value('maxConnections', wholeNumber(1, MAX_IN_FLIGHT));
  const kind = read.value('connections', word(['keep-alive', 'per-request']));
  read.value('spacing', word(['even', 'poisson']));
  if (flags.concurrency !== undefined) {
    for (const name of ['spacing', 'maxInFlight', 'maxConnections'] as const) {
      const typed = flags[name];
      if (typed !== undefined) {
        read.fault(flagOf(name), 'no such flag with --concurrency', quoted(typed));
      }
    }
  }
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxInFlight === undefined ? {} : { maxInFlight, maxConnections: maxInFlight }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(kind === undefined ? {} : { connections: { kind } }),
  };
}

function withConnections(plan: LoadPlan, { spacing, insecure }: LoadFlags): LoadPlan {
  const { load } = plan;
  const isSpaced = load.model === 'open' && (spacing === 'even' || spacing === 'poisson');
  return {
    ...plan,
    ...(isSpaced ? { load: { ...load, spacing } } : {}),
    ...(insecure === true ? { tls: { isVerified: false } } : {}),
  };
}

const HEADER = /^([^:]+):[ \t]*(.*)$/;

/**
 * What is asked: of `--requests`; else one request of the flags and the URL's path; else the profile's
 * own, when neither says anything.
 */
function requestsOf(
  read: FlagReader<LoadFlags>,
  from: {
    readonly path: string | undefined;
    readonly base: readonly SessionSpec[] | undefined;
  },
): readonly SessionSpec[] | undefined {
  const { flags } = read;
  const own = ownRequest(read);
  if (flags.requests !== undefined) {
    for (const name of ['method', 'body', 'header'] as const) {
      if (flags[name] !== undefined) {
        read.fault(flagOf(name), 'no such flag with --requests, which says what is asked', 'it');
      }
    }
    if (from.path !== undefined) {
      read.fault('--url', 'no path with --requests, which has its own', quoted(from.path));
    }
    return read.file('requests', requestsOfFile);
  }
  const isNamed = [flags.method, flags.body, flags.header, from.path].some(
    (each) => each !== undefined,
  );
  return isNamed || from.base === undefined
    ? oneRequest({ ...own, path: from.path ?? '/' })
    : from.base;
}

function ownRequest(read: FlagReader<LoadFlags>): RequestSpec {
  const { flags } = read;
  const method = read.value('method', word(METHODS)) ?? 'GET';
  const body = read.flags.body;
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    read.fault('--body', `no body with ${method}`, `a text of ${body.length} characters`);
  }
  const headers: Record<string, string> = {};
  for (const typed of flags.header ?? []) {
    const [, name, value] = HEADER.exec(typed) ?? [];
    if (name === undefined || value === undefined) {
      read.fault('--header', 'a name and a value, such as "accept: text/html"', quoted(typed));
    } else {
      headers[name.trim()] = value.trim();
    }
  }
  return { method, path: '/', headers, ...(body === undefined ? {} : { body }) };
}

/** Absolute; that it can be written should be known before anything is sent. */
function jsonPathOf(path: string, faults: string[]): string {
  const full = resolve(path);
  const folder = dirname(full);
  if (path === '' || (existsSync(full) && statSync(full).isDirectory())) {
    faults.push(`--json: expected the path of a file, found ${quoted(path)}`);
  } else if (!existsSync(folder)) {
    faults.push(`--json: expected a file in a folder that exists, found ${quoted(path)}`);
  }
  return full;
}
