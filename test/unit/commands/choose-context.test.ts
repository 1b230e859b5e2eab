import { describe, expect, test } from 'vitest';
import { allowListPath, isAllowed } from '../../../src/commands/choose-context.js';

const KIND = { context: 'kind-lab', server: 'https://127.0.0.1:6443' };

describe('the list of allowed contexts', () => {
  test.each([
    ['a context by its name', 'kind-lab', true],
    ['a context with its server', 'kind-lab https://127.0.0.1:6443', true],
    ['a context of that name with another server is not allowed', 'kind-lab https://prod', false],
    ['another context', 'prod', false],
    ['a name that only begins like it', 'kind-laboratory', false],
    ['a line that is commented out', '# kind-lab', false],
    ['a remark after a name', 'kind-lab # mine', true],
    ['an empty list', '', false],
  ])('%s', (_, list, expected) => {
    expect(isAllowed(`prod-eu\n${list}\n`, KIND)).toBe(expected);
  });

  test('is where configuration is kept', () => {
    expect(allowListPath({ XDG_CONFIG_HOME: '/c' })).toBe('/c/hpa-lab/contexts');
    expect(allowListPath({})).toMatch(/\/\.config\/hpa-lab\/contexts$/);
  });
});
