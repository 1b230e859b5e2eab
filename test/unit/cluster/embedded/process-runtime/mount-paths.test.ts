import { describe, expect, it } from 'vitest';
import { pathReplacer } from '../../../../../src/cluster/embedded/process-runtime/mount-paths.js';

const replace = pathReplacer([
  { mountPath: '/etc/app', realPath: '/real/1' },
  { mountPath: '/etc/app/keys', realPath: '/real/2' },
  { mountPath: '/data', realPath: '/real/3' },
  { mountPath: '/', realPath: '/nowhere' },
]);

describe('paths of mounts', () => {
  it.each([
    { name: 'a whole path', text: '/etc/app', is: '/real/1' },
    { name: 'the beginning of one', text: '/etc/app/a.json', is: '/real/1/a.json' },
    { name: 'the longest that fits', text: '/etc/app/keys/a', is: '/real/2/a' },
    {
      name: 'several in a command',
      text: 'cp /data/x "/etc/app/y"',
      is: 'cp /real/3/x "/real/1/y"',
    },
    {
      name: 'after an equals sign or a colon',
      text: '--dir=/data:/etc/app',
      is: '--dir=/real/3:/real/1',
    },
  ])('are replaced: $name', ({ text, is }) => {
    expect(replace(text)).toBe(is);
  });

  it.each([
    { name: 'a longer name', text: '/etc/application' },
    { name: 'a name with an ending', text: '/data.json' },
    { name: 'the end of another path', text: '/var/data' },
    { name: 'a relative path', text: 'etc/app' },
    { name: 'the root', text: '/' },
  ])('are left alone: $name', ({ text }) => {
    expect(replace(text)).toBe(text);
  });
});
