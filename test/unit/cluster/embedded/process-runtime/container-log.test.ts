import { describe, expect, it } from 'vitest';
import { ContainerLog } from '../../../../../src/cluster/embedded/process-runtime/container-log.js';
import { PodLogs } from '../../../../../src/cluster/embedded/process-runtime/pod-logs.js';

const texts = (log: ContainerLog | undefined) => log?.lines.map(({ text }) => text);

describe('a container log', () => {
  it('joins pieces to lines, each stream for itself', () => {
    const log = new ContainerLog(1_000);

    log.write('stdout', 'one\ntw', 1);
    log.write('stderr', 'oh', 2);
    log.write('stdout', 'o\n', 3);
    log.write('stderr', ' no\n', 4);

    expect(log.lines).toEqual([
      { atMs: 1, stream: 'stdout', text: 'one' },
      { atMs: 3, stream: 'stdout', text: 'two' },
      { atMs: 4, stream: 'stderr', text: 'oh no' },
    ]);
  });

  it('keeps the newest lines within its bytes', () => {
    const log = new ContainerLog(100);

    for (let line = 0; line < 5_000; line++) log.write('stdout', `line ${line}\n`, line);

    expect(texts(log)?.length).toBe(11);
    expect(texts(log)?.at(-1)).toBe('line 4999');
  });

  it('keeps less when all logs together have no more memory, but never nothing', () => {
    const memory = { capacityBytes: 2_000_000, usedBytes: 0 };
    const [one, other] = [new ContainerLog(1e7, memory), new ContainerLog(1e7, memory)];
    const line = `${'x'.repeat(999)}\n`;

    for (let count = 0; count < 5_000; count++) one.write('stdout', line, count);
    const full = one.lines.length;
    for (let count = 0; count < 5_000; count++) other.write('stdout', line, count);

    expect(full).toBe(Math.floor(2_000_000 / 1_099));
    expect(other.lines.length).toBe(Math.floor(524_288 / 999));
    one.forget();
    other.forget();
    expect(memory.usedBytes).toBe(0);
  });

  it('cuts a line without an end at 16 KiB', () => {
    const log = new ContainerLog(100_000);

    log.write('stdout', 'x'.repeat(40_000), 1);
    log.end(2);

    expect(texts(log)?.map((text) => text.length)).toEqual([16_384, 16_384, 7_232]);
  });

  it('tells followers of new lines and of the end', () => {
    const log = new ContainerLog(100);
    const heard: string[] = [];
    const follower = {
      onLine: ({ text }: { text: string }) => heard.push(text),
      onEnd: () => heard.push('END'),
    };
    log.write('stdout', 'before\n', 1);

    const cancel = log.follow(follower);
    log.write('stdout', 'after\n', 2);
    cancel();
    log.write('stdout', 'unheard\n', 3);
    log.follow(follower);
    log.write('stdout', 'rest', 4);
    log.end(5);
    log.follow(follower);

    expect(heard).toEqual(['after', 'rest', 'END', 'END']);
  });
});

describe('logs of pods', () => {
  it('keep the present and the previous start', () => {
    const logs = new PodLogs(100);
    for (const text of ['first', 'second', 'third']) {
      logs.begin({ podUid: 'p', container: 'c' }).write('stdout', `${text}\n`, 1);
    }

    expect(texts(logs.get({ podUid: 'p', container: 'c' }))).toEqual(['third']);
    expect(texts(logs.get({ podUid: 'p', container: 'c', previous: true }))).toEqual(['second']);
    expect(logs.get({ podUid: 'p', container: 'other' })).toBeUndefined();
  });

  it('outlive their pod, but not for ever', () => {
    const logs = new PodLogs(100);
    for (let pod = 0; pod < 40; pod++) {
      logs.begin({ podUid: `p${pod}`, container: 'c' });
      logs.retire(`p${pod}`);
    }

    expect(logs.get({ podUid: 'p0', container: 'c' })).toBeUndefined();
    expect(logs.get({ podUid: 'p39', container: 'c' })).toBeDefined();
  });
});
