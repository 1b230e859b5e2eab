/** Placeholders of recorded exchanges: put into requests, and bound and compared in answers. */

const PLACEHOLDER = /\{\{([^{}]+)\}\}/g;

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
const PATTERNS: Readonly<Record<string, string>> = {
  uid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  rv: String.raw`\d+`,
  listrv: String.raw`\d+`,
  bookmarkrv: String.raw`\d+`,
  currentrv: String.raw`\d+`,
  time: TIME,
  microtime: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`,
  rand: '[bcdfghjklmnpqrstvwxz2456789]{5}',
  clusterIP: String.raw`\d+\.\d+\.\d+\.\d+`,
  nodePort: String.raw`\d+`,
  continue: String.raw`[\w-]+`,
  token: String.raw`[\w.-]+`,
  age: String.raw`\S+`,
};
/** These stand for some value, but not for the same one twice. */
const UNBOUND = new Set(['bookmarkrv', 'currentrv', 'time', 'microtime', 'age', 'hash']);

/** Values of one scenario's placeholders. */
export class Bindings {
  readonly #values = new Map<string, string>();

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  /** The text with every placeholder filled in; `encode` is applied to what is put in. */
  fill(text: string, encode: (value: string) => string = (value) => value): string {
    return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
      const repeat = /^repeat:(.):(\d+)$/.exec(name);
      if (repeat !== null) return (repeat[1] ?? '').repeat(Number(repeat[2]));
      const value = this.#values.get(name);
      return value === undefined ? whole : encode(value);
    });
  }

  /** As `fill`, in every text of a JSON value, keys too. */
  fillJson(value: unknown): unknown {
    if (typeof value === 'string') return this.fill(value);
    if (Array.isArray(value)) return value.map((item) => this.fillJson(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.fill(key), this.fillJson(item)]),
    );
  }

  /** Whether `actual` is what `expected` stands for; binds placeholders met for the first time. */
  matches(expected: string, actual: string): boolean {
    const names: string[] = [];
    let pattern = '';
    let end = 0;
    for (const match of expected.matchAll(PLACEHOLDER)) {
      const name = match[1] ?? '';
      pattern += literal(expected.slice(end, match.index)) + this.#pattern(name, names);
      end = (match.index ?? 0) + match[0].length;
    }
    const found = new RegExp(`^${pattern}${literal(expected.slice(end))}$`, 's').exec(actual);
    if (found === null) return false;
    for (const [index, name] of names.entries()) this.#values.set(name, found[index + 1] ?? '');
    return true;
  }

  /** Versions must rise with their numbers; the text says where they do not. */
  versionFault(): string | undefined {
    let last = { name: '', version: 0 };
    const numbered = [...this.#values]
      .filter(([name]) => name.startsWith('rv:'))
      .toSorted(([a], [b]) => Number(a.slice(3)) - Number(b.slice(3)));
    for (const [name, value] of numbered) {
      if (Number(value) <= last.version)
        return `${name}=${value} after ${last.name}=${last.version}`;
      last = { name, version: Number(value) };
    }
    return undefined;
  }

  #pattern(name: string, names: string[]): string {
    const repeat = /^repeat:(.):(\d+)$/.exec(name);
    if (repeat !== null) return `${literal(repeat[1] ?? '')}{${repeat[2] ?? '0'}}`;
    const known = this.#values.get(name);
    if (known !== undefined) return literal(known);
    const kind = name.split(/[:+]/)[0] ?? '';
    const pattern = PATTERNS[kind];
    if (UNBOUND.has(kind) || pattern === undefined) return `(?:${pattern ?? '.*'})`;
    if (names.includes(name)) return String.raw`\${names.indexOf(name) + 1}`;
    names.push(name);
    return `(${pattern})`;
  }
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
