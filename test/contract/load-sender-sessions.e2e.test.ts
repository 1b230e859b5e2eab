import { ProcessSender } from '../../src/load/senders/process-sender.js';
import { WallClock } from '../../src/time/wall-clock.js';
import { loadSenderSessionsContract } from './load-sender-sessions.contract.js';

const clock = new WallClock();

loadSenderSessionsContract({
  name: 'sockets',
  create: (processes) => new ProcessSender({ clock, engine: 'socket', processes }),
  skip: [],
});

loadSenderSessionsContract({
  name: 'undici',
  create: (processes) => new ProcessSender({ clock, engine: 'undici', processes }),
  skip: [],
});

loadSenderSessionsContract({
  name: "autocannon's client",
  create: (processes) => new ProcessSender({ clock, engine: 'autocannon', processes }),
  skip: [
    {
      reason: 'autocannon does not look whether its parser found fault with an answer',
      tests: ['garbage'],
    },
  ],
});
