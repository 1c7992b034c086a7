import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import type { ScopeReader, StoredLine } from "../../../../lib/history/jetstream/scope_reader.ts";
import { SequenceFeed } from "../../../../lib/history/jetstream/sequence_feed.ts";
import type { LineSink } from "../../../../lib/stream/line_source.ts";

/** A reader of stored lines, and the sink of a stream, under the control of a test. */
class Scenario {
  /** The sequence numbers of the stored lines. */
  readonly stored: number[] = [];
  /** Sequence numbers of the lines that the sink took, and names of events. */
  readonly taken: (number | string)[] = [];
  readonly budget = { used: 0, total: 1e9 };
  /** How many more lines the sink takes before it has to wait for room. */
  room = Infinity;
  /** How many more requests fail. */
  failures = 0;
  /** Number of lines that the replica has not yet stored. */
  lag = 0;
  /** Whether the reader's source is restarted, so that it starts over. */
  isRestarted = (): boolean => false;
  /** Number of subjects to which lines are published in turn. */
  subjects = 1;
  /** Size of the stored lines, in bytes. */
  lineBytes = 10;
  /** Sequence numbers from which lines were read. */
  readonly reads: number[] = [];
  /** Called before each answer of the reader. */
  onRequest = (): Promise<void> => Promise.resolve();
  readonly #roomNeeded: (() => void)[] = [];

  readonly reader: ScopeReader = {
    lastSequence: () => this.#answer(() => this.stored.at(-1) ?? 0),
    find: (start) =>
      this.#answer(() => {
        if ("after" in start) return { sequence: start.after + 1, cut: undefined };
        return { sequence: this.stored.at(-start.tail!) ?? 1, cut: undefined };
      }),
    read: (sequence) =>
      this.#answer(() => {
        const visible = this.stored.slice(0, this.stored.length - this.lag);
        if (this.lag > 0) this.lag--;
        const first = this.isRestarted() ? 1 : sequence;
        this.reads.push(sequence);
        return visible.filter((stored) => stored >= first).slice(0, 3)
          .map((sequence) => ({ sequence, payload: new Uint8Array(this.lineBytes) }));
      }),
    onError: () => {},
    close: () => {},
  };

  readonly sink: LineSink = {
    ended: false,
    waitingBytes: 0,
    push: (_, id) => void this.taken.push(id!),
    offer: (_, id) => {
      if (this.room <= 0) return false;
      this.room--;
      this.taken.push(id!);
      return true;
    },
    room: () => new Promise((resolve) => this.#roomNeeded.push(resolve)),
    notify: ({ event }) => void this.taken.push(event),
    end: () => {},
  };

  open(last: number | undefined, bufferBytes = 1e9): SequenceFeed {
    return new SequenceFeed(last, this.sink, this.reader, { bufferBytes, budget: this.budget });
  }

  /** Makes room for `count` more lines. */
  makeRoom(count: number): void {
    this.room += count;
    for (const resolve of this.#roomNeeded.splice(0)) resolve();
  }

  /** Stores a line, and republishes it to `feed` unless it is lost on the way. */
  publish(feed: SequenceFeed, sequence: number, lost = false): void {
    const previous = this.stored.at(-this.subjects) ?? 0;
    this.stored.push(sequence);
    if (!lost) feed.push(line(sequence).payload, { sequence, previous });
  }

  async #answer<T>(answer: () => T): Promise<T> {
    await this.onRequest();
    if (this.failures > 0) {
      this.failures--;
      throw new Error("no answer");
    }
    return answer();
  }
}

function line(sequence: number): StoredLine {
  return { sequence, payload: new TextEncoder().encode(`line ${sequence}`) };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await setImmediate();
}

Deno.test("push() passes live lines on at once, each only once", () => {
  const scenario = new Scenario();
  const feed = scenario.open(4);
  for (const sequence of [3, 4, 5, 5, 7, 6]) {
    feed.push(line(sequence).payload, { sequence, previous: 0 });
  }
  assertEquals(scenario.taken, [5, 7]);
  feed.close();
});

Deno.test("push() reads what is missing before a line whose predecessor has not arrived", async () => {
  const scenario = new Scenario();
  const feed = scenario.open(0);
  scenario.publish(feed, 1);
  scenario.publish(feed, 2, true);
  scenario.publish(feed, 3, true);
  assertEquals(scenario.taken, [1]);
  scenario.publish(feed, 4);
  scenario.publish(feed, 5);
  await settle();
  scenario.publish(feed, 6);
  assertEquals(scenario.taken, [1, 2, 3, 4, 5, 6]);
  feed.close();
});

Deno.test("start() sends the stored lines, then what was published meanwhile, then live lines", async () => {
  const scenario = new Scenario();
  const feed = scenario.open(undefined);
  for (let sequence = 1; sequence <= 10; sequence++) scenario.publish(feed, sequence, true);
  let next = 11;
  scenario.onRequest = async () => {
    await setImmediate();
    if (next <= 13) scenario.publish(feed, next++);
  };
  feed.start({ tail: 4 }, 100, (last) => scenario.taken.push(`live after ${last}`));
  await settle();
  scenario.publish(feed, 20);
  assertEquals(scenario.taken, [8, 9, 10, 11, 12, 13, "live after 13", 20]);
  assertEquals(scenario.budget.used, 0);
  feed.close();
});

Deno.test("start() sends every line since the stream opened, and none that a client that resumes has", async () => {
  for (
    const [start, expected] of [[{ tail: 2 }, [6, 7, 8, 9, "live"]], [{ after: 7 }, [
      8,
      9,
      "live",
    ]]] as const
  ) {
    const scenario = new Scenario();
    const feed = scenario.open(undefined);
    for (let sequence = 1; sequence <= 5; sequence++) scenario.publish(feed, sequence, true);
    for (let sequence = 6; sequence <= 9; sequence++) scenario.publish(feed, sequence);
    feed.start(start, 100, () => scenario.taken.push("live"));
    await settle();
    assertEquals(scenario.taken, [...expected]);
    feed.close();
  }
});

Deno.test("start() waits for a reader that does not read, and reads forgotten live lines from the stream", async () => {
  const scenario = new Scenario();
  scenario.room = 2;
  const feed = scenario.open(undefined, 30);
  for (let sequence = 1; sequence <= 5; sequence++) scenario.publish(feed, sequence);
  feed.start({ after: 0 }, 100, () => scenario.taken.push("live"));
  await settle();
  for (let sequence = 6; sequence <= 50; sequence++) {
    scenario.publish(feed, sequence);
    assert(scenario.budget.used <= 30, `${scenario.budget.used}`);
  }
  await settle();
  assertEquals(scenario.taken, [1, 2]);
  scenario.makeRoom(Infinity);
  await settle();
  scenario.publish(feed, 51);
  assertEquals(scenario.taken, [...Array.from({ length: 50 }, (_, i) => i + 1), "live", 51]);
  feed.close();
});

Deno.test("start() does not hold large lines for a reader that does not read, but reads them again", async () => {
  const scenario = new Scenario();
  scenario.lineBytes = 100_000;
  scenario.room = 1;
  const feed = scenario.open(undefined);
  for (const sequence of [1, 2, 3, 4]) scenario.publish(feed, sequence, true);
  feed.start({ after: 0 }, 100, () => scenario.taken.push("live"));
  await settle();
  assertEquals([scenario.taken, scenario.reads], [[1], [1]]);
  scenario.makeRoom(2);
  await settle();
  assertEquals([scenario.taken, scenario.reads], [[1, 2, 3], [1, 2]]);
  scenario.makeRoom(Infinity);
  await settle();
  assertEquals([scenario.taken, scenario.reads], [[1, 2, 3, 4, "live"], [1, 2, 4]]);
  feed.close();
});

Deno.test("catchUp() persists until JetStream answers and its replica has every line, and live lines wait", async () => {
  const scenario = new Scenario();
  const feed = scenario.open(0);
  scenario.publish(feed, 1);
  for (const sequence of [2, 3]) scenario.publish(feed, sequence, true);
  scenario.failures = 1;
  scenario.lag = 2;
  const joined = Promise.withResolvers<void>();
  feed.catchUp(() => {
    scenario.taken.push("joined");
    joined.resolve();
  });
  scenario.publish(feed, 4);
  await joined.promise;
  scenario.publish(feed, 5);
  assertEquals(scenario.taken, [1, 2, 3, 4, "joined", 5]);
  feed.close();
});

Deno.test("hold() makes live lines wait, because lines of other subjects before them may be missing", async () => {
  for (const isJoining of [false, true]) {
    const scenario = new Scenario();
    const feed = scenario.open(0);
    scenario.publish(feed, 1);
    if (isJoining) feed.catchUp();
    feed.hold("election");
    feed.hold("disconnected");
    scenario.stored.push(2, 3);
    feed.catchUp();
    feed.release("election");
    await settle();
    feed.push(line(3).payload, { sequence: 3, previous: 0 });
    assertEquals(scenario.taken, [1]);
    const joined = Promise.withResolvers<void>();
    feed.release("disconnected", joined.resolve);
    await joined.promise;
    scenario.publish(feed, 4);
    assertEquals(scenario.taken, [1, 2, 3, 4]);
    feed.close();
  }
});

Deno.test("hold() makes lines wait that arrive while others, which came before it, wait for the reader", async () => {
  const scenario = new Scenario();
  scenario.room = 0;
  scenario.stored.push(1);
  const feed = scenario.open(0);
  feed.catchUp();
  await settle();
  scenario.publish(feed, 2);
  scenario.makeRoom(1);
  await settle();
  feed.hold("disconnected");
  scenario.stored.push(3, 4);
  feed.push(line(4).payload, { sequence: 4, previous: 0 });
  scenario.makeRoom(Infinity);
  await settle();
  assertEquals(scenario.taken, [1, 2]);
  feed.release("disconnected");
  await settle();
  assertEquals(scenario.taken, [1, 2, 3, 4]);
  feed.close();
});

Deno.test("catchUp() ends if the lines that it waits for are deleted", async () => {
  const scenario = new Scenario();
  const feed = scenario.open(0);
  for (const sequence of [1, 2, 3]) scenario.publish(feed, sequence, true);
  scenario.lag = 1;
  scenario.onRequest = () => {
    if (scenario.taken.length === 2) scenario.stored.length = 2;
    return Promise.resolve();
  };
  const joined = Promise.withResolvers<void>();
  feed.catchUp(joined.resolve);
  await joined.promise;
  assertEquals(scenario.taken, [1, 2]);
  feed.close();
});

Deno.test("A feed delivers every line exactly once and in order, whatever is lost, fails or is slow", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = generator(seed);
    const scenario = new Scenario();
    const fromStart = random() < 0.5;
    const feed = scenario.open(fromStart ? undefined : 0, 20 + 200 * random());
    scenario.room = 3;
    scenario.subjects = 1 + Math.floor(3 * random());
    scenario.onRequest = async () => void (random() < 0.7 && await setImmediate());
    scenario.isRestarted = () => random() < 0.1;
    if (fromStart) feed.start({ after: 0 }, 1e9, () => {});
    let connected = true;
    for (let sequence = 1; sequence <= 100; sequence++) {
      if (random() < 0.05) {
        connected = !connected;
        if (connected) feed.release("disconnected");
        else feed.hold("disconnected");
      }
      // Meanwhile, the stream may be disturbed, or have another leader.
      if (random() < 0.05) feed.catchUp();
      if (random() < 0.05) feed.hold("election");
      if (random() < 0.1) feed.release("election");
      // A connection delivers lines shortly before it is known to be restored.
      scenario.publish(feed, sequence, !connected && random() < 0.8);
      if (random() < 0.3) scenario.makeRoom(Math.floor(20 * random()));
      if (random() < 0.3) await setImmediate();
    }
    scenario.makeRoom(Infinity);
    const joined = Promise.withResolvers<void>();
    feed.release("election");
    feed.release("disconnected", joined.resolve);
    await joined.promise;
    const all = Array.from({ length: 100 }, (_, i) => i + 1);
    assertEquals(scenario.taken, all, `seed ${seed}`);
    assertEquals(scenario.budget.used, 0, `seed ${seed}`);
    feed.close();
  }
});

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  return () => {
    seed = seed + 0x6D2B79F5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}
