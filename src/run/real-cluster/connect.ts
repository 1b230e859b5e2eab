/** Whether somebody takes connections, and how many answers a way lets through. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Clock } from '../../time/clock.js';

const CONNECT_MS = 3_000;
const CEILING_MS = 1_500;
const CEILING_CONNECTIONS = 8;
const ANSWER_MS = 5_000;

/** Whether a TCP connection to a URL's host and port is taken within 3 s. */
export function canConnect(url: string, clock: Clock): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: number });
    const end = (isTaken: boolean): void => {
      cancel();
      socket.destroy();
      resolve(isTaken);
    };
    const cancel = clock.after(CONNECT_MS, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/**
 * How many requests a second get through a way, each on a connection of its own: eight at a time for 1.5 s.
 *
 * @param url - of something cheap, such as the readiness path; any answer counts.
 * @returns answers a second; 0 when none came.
 */
export async function measureCeiling(url: string, clock: Clock): Promise<number> {
  const startMs = clock.now();
  const endMs = startMs + CEILING_MS;
  let answers = 0;
  const repeat = async (): Promise<void> => {
    while (clock.now() < endMs) {
      if (await isAnswered(url, clock)) answers += 1;
      else await clock.sleep(50);
    }
  };
  await Promise.all(Array.from({ length: CEILING_CONNECTIONS }, repeat));
  return (answers * 1_000) / (clock.now() - startMs);
}

function isAnswered(url: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(url, { agent: false, headers: { connection: 'close' } }, (answer) => {
      answer.resume().once('end', () => end(true));
    });
    const end = (isDone: boolean): void => {
      cancel();
      sent.destroy();
      resolve(isDone);
    };
    const cancel = clock.after(ANSWER_MS, () => end(false));
    sent.once('error', () => end(false));
    sent.end();
  });
}
