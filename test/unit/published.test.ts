/** What is published is what the code says: the table of errors, the JSON Schemas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../src/analysis/catalogue/catalogue.js';
import { measuresDocument } from '../../src/analysis/catalogue/measures-document.js';
import { MEASURES_DOCUMENT, schemaTexts } from '../../src/commands/schema.js';
import { ERRORS } from '../../src/core/errors.js';
import { formatFault } from '../../src/experiment/fault.js';
import { parseExperiment } from '../../src/experiment/parse.js';
import { readText } from '../../src/run/read-text.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('README', () => {
  it('lists every error code with its exit code and meaning, and no other', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (.*) \|$/gm)].map(
      ([, code, exit, meaning]) => [code, Number(exit), meaning],
    );

    expect(rows).toEqual(
      Object.entries(ERRORS).map(([code, { exit, meaning }]) => [code, exit, meaning]),
    );
  });
});

describe('generated schemas', () => {
  it.each(Object.entries(schemaTexts()))('%s is what `npm run schema` writes', (name, text) => {
    expect(readFileSync(join(ROOT, 'generated', name), 'utf8')).toBe(text);
  });
});

describe('docs/measures.md', () => {
  it('is what `npm run schema` writes', () => {
    const document = readFileSync(join(ROOT, MEASURES_DOCUMENT), 'utf8');

    expect(document).toBe(measuresDocument(MEASURES));
  });
});

describe('experiments', () => {
  const folder = join(ROOT, 'experiments');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it.each(files)('%s has no fault and names itself', (name) => {
    const parsed = parseExperiment(readFileSync(join(folder, name), 'utf8'), {
      fileName: name,
      resolvePath: (path) => join(folder, path),
      measures: MEASURES,
      readText,
    });

    const faults = parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
    expect(faults).toEqual([]);
    expect(parsed.kind === 'experiment' ? `${parsed.experiment.name}.yaml` : '').toBe(name);
  });
});
