import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { loadSenderContract } from './load-sender.contract.js';

loadSenderContract({
  name: 'sockets',
  create: () => new ProcessSender({ clock: new WallClock(), engine: 'socket' }),
  skip: [],
});

loadSenderContract({
  name: 'undici',
  create: () => new ProcessSender({ clock: new WallClock(), engine: 'undici' }),
  skip: [{ reason: 'paced by the same code as the sockets', tests: ['pacing'] }],
});

loadSenderContract({
  name: "autocannon's client",
  create: () => new ProcessSender({ clock: new WallClock(), engine: 'autocannon' }),
  skip: [
    {
      reason: 'autocannon does not look whether its parser found fault with an answer',
      tests: ['garbage'],
    },
    { reason: 'paced by the same code as the sockets', tests: ['pacing'] },
  ],
});
