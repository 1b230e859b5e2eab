/** What the pages say exists: the files they link to, the scripts they run, the YAML they show. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PAGES = ['README.md', 'sample-service/README.md']
  .concat(readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`))
  .filter((path) => path.endsWith('.md'));

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The first group of every match. */
function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

describe.each(PAGES)('%s', (path) => {
  const text = textOf(path);

  it('links to files that are there', () => {
    const links = found(text, /\]\((?!https?:|#)([^)#]+)/g);

    expect(links.filter((link) => !existsSync(join(ROOT, dirname(path), link)))).toEqual([]);
  });

  it('runs scripts that there are', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf('package.json'));

    const named = found(text, /\bnpm run (?:-s )?([\w:]+)/g);

    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('shows YAML that can be read', () => {
    const shown = [
      ...found(text, /```yaml\n([\s\S]*?)```/g),
      ...found(text, /<<'YAML'\n([\s\S]*?)\nYAML/g),
    ];

    const errors = shown.flatMap((yaml) =>
      parseAllDocuments(yaml).flatMap((document) => ('errors' in document ? document.errors : [])),
    );

    expect(errors).toEqual([]);
  });

  it('names environment variables of the sample service that there are', () => {
    const variables = textOf('sample-service/src/config.ts');

    const named = found(text, /\b([A-Z]+(?:_[A-Z]+)*_(?:MS|KIB|SECOND))\b/g);

    expect(named.filter((name) => !variables.includes(`  ${name}:`))).toEqual([]);
  });
});
