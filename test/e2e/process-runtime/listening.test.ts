/** Where a server of a pod listens, and what it is told when it asked for a place that is taken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aProcessWorld } from '../../support/process-world.js';
import type { ProcessWorld } from '../../support/process-world.js';

const LISTENING = `require('node:net').createServer()
  .listen(0, process.env.POD_IP, function () { console.log('listens at', this.address().address) })`;

describe('a server of a pod', () => {
  let world: ProcessWorld;
  beforeAll(async () => {
    world = await aProcessWorld();
  });
  afterAll(() => world.close());

  it('finds the address of its pod in its environment', async () => {
    const { line } = world.run('finds', LISTENING);

    expect(await line(/listens at (\S+)/)).toMatch(/^127\./);
  });

  it('is told where to listen when the address is taken', async () => {
    const { events } = world.run(
      'taken',
      `const { createServer } = require('node:net');
       const first = createServer().listen(0, '0.0.0.0', () =>
         createServer().listen(first.address().port, '0.0.0.0'));`,
    );
    const ended = () => events.find(({ kind }) => kind === 'exited');
    await expect.poll(ended, { timeout: 10_000 }).toBeDefined();

    expect(ended()).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/must listen on the address of its pod \(POD_IP/),
    });
  });

  it('that fails otherwise is told nothing', async () => {
    const { events } = world.run('fails', 'process.exit(3)');
    const ended = () => events.find(({ kind }) => kind === 'exited');
    await expect.poll(ended, { timeout: 10_000 }).toBeDefined();

    expect(ended()).not.toHaveProperty('message');
  });
});
