/** Entry of the service proxy's process. */
import { seededRandom } from '../../../core/random.js';
import { endWithParent } from '../../../process/ends-with-parent.js';
import type { FromProxy, ToProxy } from './proxy-messages.js';
import { ProxyTable } from './proxy-table.js';

let table: ProxyTable | undefined;

endWithParent();

process.on('message', (message: ToProxy) => {
  answer(message).then(
    (told) => process.send?.(told),
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      process.send?.({ kind: 'failed', id: message.id, message: text } satisfies FromProxy);
    },
  );
});

async function answer(message: ToProxy): Promise<FromProxy> {
  const { id } = message;
  if (message.kind === 'start') {
    table = new ProxyTable(seededRandom(message.seed).child('service-proxy'));
    return { kind: 'ready', id };
  }
  if (table === undefined) throw new Error('it was not started');
  return message.kind === 'stats'
    ? { kind: 'stats', id, stats: table.stats() }
    : { kind: 'listening', id, listeners: await table.setServices(message.services) };
}
