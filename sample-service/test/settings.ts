/** Settings for tests: the defaults, with what a test is about. */
import { type Config, readConfig } from '../src/config.js';

/** The settings that an environment gives; throws when it is faulty. */
export function settings(env: Readonly<Record<string, string>> = {}): Config {
  const read = readConfig(env);
  if (read.kind === 'faults') throw new Error(read.faults.join('\n'));
  return read.config;
}
