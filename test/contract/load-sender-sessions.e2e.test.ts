import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { loadSenderSessionsContract } from './load-sender-sessions.contract.js';

const clock = new WallClock();

loadSenderSessionsContract({
  name: 'sockets',
  create: () => new ProcessSender({ clock, engine: 'socket' }),
  skip: [],
});

loadSenderSessionsContract({
  name: 'undici',
  create: () => new ProcessSender({ clock, engine: 'undici' }),
  skip: [],
});

loadSenderSessionsContract({
  name: "autocannon's client",
  create: () => new ProcessSender({ clock, engine: 'autocannon' }),
  skip: [
    {
      reason: 'autocannon does not look whether its parser found fault with an answer',
      tests: ['garbage'],
    },
  ],
});
