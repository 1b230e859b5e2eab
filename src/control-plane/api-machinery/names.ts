/** Rules for names, label keys and label values, with upstream's messages. */
import type { Random } from '../../core/random.js';
import type { NameRule } from '../kinds/kind.js';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

const LABEL_PATTERN = whole(LABEL);
const LABEL_1035_PATTERN = whole(LABEL_1035);
const SUBDOMAIN_PATTERN = whole(SUBDOMAIN);
const QUALIFIED_PATTERN = whole(QUALIFIED);
const LABEL_VALUE_PATTERN = whole(LABEL_VALUE);

const QUALIFIED_MESSAGE = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;

/** Letters of generated name endings. */
const GENERATED_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const GENERATED_LENGTH = 5;
const MAX_GENERATED_BASE = 63 - GENERATED_LENGTH;

/**
 * What is wrong with a name; nothing when it is fine.
 *
 * @see Source: kubernetes `apimachinery/pkg/util/validation/validation.go` for all rules of this file.
 */
export function nameFaults(rule: NameRule, name: string): readonly string[] {
  return NAME_RULES[rule](name);
}

const NAME_RULES: Readonly<Record<NameRule, (name: string) => readonly string[]>> = {
  subdomain: subdomainFaults,
  label: labelFaults,
  label1035: label1035Faults,
  'path-segment': pathSegmentFaults,
};

const NO_FAULTS: readonly string[] = [];
const MAX_REMEMBERED = 2_000;

/** The same rule, which remembers the texts that it found without fault of late: the same come with each write. */
function remembering(rule: (text: string) => readonly string[]): typeof rule {
  const good = new Set<string>();
  return (text) => {
    if (good.has(text)) return NO_FAULTS;
    const faults = rule(text);
    if (faults.length > 0) return faults;
    if (good.size >= MAX_REMEMBERED) good.clear();
    good.add(text);
    return NO_FAULTS;
  };
}

const rememberedKeys = remembering(freshQualifiedNameFaults);
const rememberedSubdomains = remembering(freshSubdomainFaults);

/** Faults of a lower-case RFC 1123 subdomain. */
export function subdomainFaults(name: string): readonly string[] {
  return rememberedSubdomains(name);
}

function freshSubdomainFaults(name: string): readonly string[] {
  return [
    ...tooLong(name, 253),
    ...(SUBDOMAIN_PATTERN.test(name)
      ? []
      : [
          `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
        ]),
  ];
}

/** Faults of a lower-case RFC 1123 label. */
export function labelFaults(name: string): readonly string[] {
  return [
    ...tooLong(name, 63),
    ...(LABEL_PATTERN.test(name)
      ? []
      : [
          `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
        ]),
  ];
}

/** Faults of an RFC 1035 label. */
export function label1035Faults(name: string): readonly string[] {
  return [
    ...tooLong(name, 63),
    ...(LABEL_1035_PATTERN.test(name)
      ? []
      : [
          `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${LABEL_1035}')`,
        ]),
  ];
}

/** Faults of the key of a label or annotation. */
export function qualifiedNameFaults(key: string): readonly string[] {
  return rememberedKeys(key);
}

function freshQualifiedNameFaults(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  return [
    ...(prefix === undefined ? [] : prefixFaults(prefix)),
    ...(name === '' ? ['name part must be non-empty'] : tooLong(name, 63, 'name part ')),
    ...(QUALIFIED_PATTERN.test(name) ? [] : [`name part ${QUALIFIED_MESSAGE}`]),
  ];
}

/** Faults of the value of a label. */
export function labelValueFaults(value: string): readonly string[] {
  return [
    ...tooLong(value, 63),
    ...(LABEL_VALUE_PATTERN.test(value)
      ? []
      : [
          `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`,
        ]),
  ];
}

/** Faults of a key of a ConfigMap. */
export function configKeyFaults(key: string): readonly string[] {
  const faults: string[] = [...tooLong(key, 253)];
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    faults.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === '.') faults.push("must not be '.'");
  else if (key === '..') faults.push("must not be '..'");
  else if (key.startsWith('..')) faults.push("must not start with '..'");
  return faults;
}

/** Faults of a name that only has to fit into a path. */
export function pathSegmentFaults(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((text) => name.includes(text))
    .map((text) => `may not contain '${text}'`);
}

/**
 * A name from `generateName`: the base cut to fit, and five random letters.
 *
 * @see Source: `apiserver/pkg/storage/names/generate.go`, `SimpleNameGenerator`.
 */
export function generatedName(base: string, random: Random): string {
  return base.slice(0, MAX_GENERATED_BASE) + randomLetters(random);
}

/** Five of the letters that upstream's generated names end with. */
export function randomLetters(random: Random): string {
  let letters = '';
  for (let index = 0; index < GENERATED_LENGTH; index++) {
    letters += GENERATED_LETTERS.charAt(random.below(GENERATED_LETTERS.length));
  }
  return letters;
}

function prefixFaults(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomainFaults(prefix).map((fault) => `prefix part ${fault}`);
}

function tooLong(text: string, max: number, subject = ''): readonly string[] {
  return text.length > max ? [`${subject}must be no more than ${max} characters`] : [];
}

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}
