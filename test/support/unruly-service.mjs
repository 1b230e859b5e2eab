/**
 * A service that does what it is told: `/break` and `/mend` its readiness, `/crash`, `/wedge` its event
 * loop. It takes note of SIGTERM and ends, when its event loop turns.
 */
import { createServer } from 'node:http';

let isReady = true;

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path === '/break') isReady = false;
  if (path === '/mend') isReady = true;
  if (path === '/crash') {
    setTimeout(() => {
      throw new Error('out of cheese');
    }, 10);
  }
  if (path === '/wedge') {
    setTimeout(() => {
      console.log('wedged');
      for (;;);
    }, 10);
  }
  response.statusCode = path === '/ready' && !isReady ? 503 : 200;
  response.setHeader('connection', 'close');
  response.end(String(process.pid));
});

server.listen(Number(process.env.PORT), process.env.HOST, () => {
  console.log(`process ${process.pid} serves`);
});
process.on('SIGTERM', () => {
  console.log('told to end');
  process.exit(0);
});
