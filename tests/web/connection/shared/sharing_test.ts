import { assert, assertEquals } from "@std/assert";
import { follow } from "../../../../web/connection/shared/follower.ts";
import { type Group, groupOf } from "../../../../web/connection/shared/group.ts";
import { Leader } from "../../../../web/connection/shared/leader.ts";
import { Sharing } from "../../../../web/connection/shared/sharing.ts";
import { OpenStream } from "../../../../web/connection/stream/open_stream.ts";
import { SilenceTimer } from "../../../../web/connection/stream/silence_timer.ts";
import type { Outcome, StreamEvent } from "../../../../web/connection/stream/stream_request.ts";
import { assertEventually } from "../../../support/patience.ts";
import { mint, type Stack, startStack, subjects } from "../../../support/service.ts";
import { ScriptedService } from "../../../support/viewer/scripted_service.ts";
import { type Notice, READY, Watcher } from "../../../support/viewer/stream_watcher.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** Starts viewers of one app. */
async function watch(app: string, count: number, claims = {}): Promise<Watcher[]> {
  const token = await mint({ app, ...claims });
  const watchers = Array.from(
    { length: count },
    () => new Watcher({ src: `${stack.service.url}/logs`, token }),
  );
  await Promise.all(watchers.map((watcher) => watcher.state("live")));
  return watchers;
}

/** Waits until the service has this number of streams of `app`. */
async function streams(app: string, count: number): Promise<void> {
  const open = async () => {
    const all = await subjects(stack.nats);
    return all.filter((subject) => subject.startsWith(`logs.${app}.`)).length;
  };
  await assertEventually(open, count, `Streams of ${app}`);
}

function linesOf({ notices }: Watcher): string[] {
  return notices.flatMap((notice: Notice) => notice.what === "line" ? [notice.payload] : []);
}

/** Publishes numbered lines until it is disposed of, three in four of them equal. */
function publishTo(app: string): { readonly sent: string[] } & Disposable {
  const sent: string[] = [];
  const timer = setInterval(() => {
    const line = sent.length % 4 === 0 ? `line ${sent.length}` : "again";
    sent.push(line);
    stack.publisher.publish(`logs.${app}.dfw.m1`, line);
  }, 10);
  return { sent, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Publishes the last line, and checks that each viewer got all lines since its first one, once. */
async function endWithoutLoss(app: string, sent: string[], watchers: Watcher[]): Promise<void> {
  stack.publisher.publish(`logs.${app}.dfw.m1`, "last");
  await Promise.all(watchers.map((watcher) => watcher.until("line last")));
  for (const watcher of watchers) {
    const got = linesOf(watcher);
    assertEquals(got, [...sent, "last"].slice(-got.length));
    assert(!watcher.summary.includes("lost"));
  }
}

/** Starts a viewer, and waits until it leads its group. */
async function lead(service: ScriptedService, token: string) {
  const group = (await groupOf(new URL(service.src), READY, token))!;
  const watcher = new Watcher({ src: service.src, token });
  const stream = await service.next();
  stream.ready();
  const leads = async () => {
    const { held = [] } = await navigator.locks.query();
    return held.some(({ name }) => name === group.lock);
  };
  await assertEventually(leads, true, "It leads");
  return { watcher, stream, group };
}

/** Tells when the leader of `group` has answered a viewer. */
function watchChannel(group: Group): { readonly welcomed: Promise<void> } & Disposable {
  const channel = new BroadcastChannel(group.channel);
  const { promise: welcomed, resolve } = Promise.withResolvers<void>();
  channel.onmessage = ({ data }) => data.kind === "welcome" && resolve();
  return { welcomed, [Symbol.dispose]: () => channel.close() };
}

function stop(watchers: readonly Watcher[]): void {
  for (const watcher of watchers) watcher[Symbol.dispose]();
}

Deno.test("eight viewers of one stream share a connection, and each gets every line once", async () => {
  let sent: string[];
  let watchers: Watcher[];
  {
    using lines = publishTo("eight");
    sent = lines.sent;
    watchers = await watch("eight", 8);
    await streams("eight", 1);
    const least = () => Math.min(...watchers.map((watcher) => linesOf(watcher).length)) > 10;
    await assertEventually(least, true, "Each viewer gets more than 10 lines");
  }
  await endWithoutLoss("eight", sent, watchers);
  stop(watchers);
  await streams("eight", 0);
});

Deno.test("when the viewer with the stream is removed, another takes over without losing or repeating a line", async () => {
  let sent: string[];
  let others: Watcher[];
  {
    using lines = publishTo("removed");
    sent = lines.sent;
    const [leader, ...followers] = [
      ...await watch("removed", 1),
      ...await watch("removed", 3),
    ];
    others = followers;
    await streams("removed", 1);
    const count = leader!.notices.length;
    stop([leader!]);
    await streams("removed", 1);
    assert(leader!.notices.length <= count + 1, "A viewer that is removed gets no more lines");
  }
  await endWithoutLoss("removed", sent, others);
  stop(others);
});

Deno.test("users do not share, even if both may read the same lines", async () => {
  const [ann, bob] = [
    ...await watch("users", 1, { sub: "ann" }),
    ...await watch("users", 1, { sub: "bob" }),
  ];
  stack.publisher.publish("logs.users.dfw.m1", "for both");
  await Promise.all([ann!, bob!].map((watcher) => watcher.until("line for both")));
  await streams("users", 2);
  stop([ann!, bob!]);
});

Deno.test("a viewer that cannot tell which lines the leader has passed on joins later, without a gap", async () => {
  await using service = new ScriptedService();
  const token = await mint({ app: "web" });
  const { watcher, stream: first, group } = await lead(service, token);
  using _ = watcher;
  using joining = new Watcher({ src: service.src, token });
  const second = await service.next();
  using channel = watchChannel(group);
  second.ready();
  second.send("late in the other viewer");
  await channel.welcomed;
  first.send("late in the other viewer");
  await second.closed;
  first.send("through the other viewer");
  await joining.until("line through the other viewer");
  assertEquals(linesOf(joining), ["late in the other viewer", "through the other viewer"]);
  assert(!joining.summary.includes("lost"));
});

Deno.test("a viewer that is removed does not wait for others to take over a stream that is lost", async () => {
  await using service = new ScriptedService();
  const token = await mint({ app: "web" });
  const { watcher, stream: first, group } = await lead(service, token);
  // If all channels are closed, Deno cannot send on one that is opened right after that.
  using _ = watchChannel(group);
  using joining = new Watcher({ src: service.src, token });
  const second = await service.next();
  second.ready();
  await second.closed;
  watcher.connection.stop();
  const third = await service.next();
  first.cut();
  await joining.until("lost");
  await third.closed;
  const fourth = await service.next();
  fourth.ready();
  fourth.send("through its own connection");
  await joining.until("line through its own connection");
});

/** Follows the leader of a group. Resolves once the leader has answered. */
async function join(group: Group, expiresAt = Date.now() + 60_000) {
  const events: StreamEvent[] = [];
  const stopping = new AbortController();
  const { promise: joined, resolve } = Promise.withResolvers<void>();
  const following = { group, ready: READY, expiresAt, onLeaving() {} };
  const control = { timer: new SilenceTimer(60_000), signal: stopping.signal };
  const outcome = follow(following, control, (event) => {
    if (event.event === "line" && typeof event.payload !== "string") {
      throw new TypeError("No payload");
    }
    events.push(event);
    resolve();
  });
  await joined;
  const leave = async () => {
    stopping.abort();
    await outcome;
  };
  return { events, outcome, leave };
}

/** The group of one test. */
async function groupFor(name: string): Promise<Group> {
  return (await groupOf(new URL(`https://${name}.example.com/logs`), READY, undefined))!;
}

function line(payload: string): StreamEvent {
  return { event: "line", payload };
}

Deno.test("a follower leaves when its own token expires", async () => {
  const group = await groupFor("expired");
  const leader = (await Leader.of(group, () => "7"))!;
  assertEquals(await Leader.of(group, () => undefined), undefined, "There is one leader");
  const { events, outcome } = await join(group, Date.now() + 200);
  assertEquals(await outcome, { kind: "ended", reason: "expired", retry: undefined });
  leader.pass(line("after"));
  leader.lose();
  assertEquals(events.map((event) => [event.event, "id" in event && event.id]), [["ready", "7"]]);
});

Deno.test("a follower gets no line after its own token has expired, even if its timer is late", async () => {
  const group = await groupFor("late");
  const leader = (await Leader.of(group, () => undefined))!;
  const expiresAt = Date.now() + 60_000;
  const { events, outcome } = await join(group, expiresAt);
  // Each viewer has its own.
  for (const own of [READY, { event: "live" }] as const) leader.pass(own);
  leader.pass(line("before"));
  await assertEventually(() => events.at(-1), line("before"));
  const { now } = Date;
  Date.now = () => expiresAt;
  try {
    leader.pass(line("after"));
    assertEquals(await outcome, { kind: "ended", reason: "expired", retry: undefined });
  } finally {
    Date.now = now;
  }
  leader.lose();
  assertEquals(events.slice(1), [line("before")]);
});

Deno.test("while a leader is leaving, each follower gets the lines of its own leader only", async () => {
  const group = await groupFor("leaving");
  const first = (await Leader.of(group, () => undefined))!;
  const slow = await join(group);
  const left = first.leave();
  let second: Leader | undefined;
  await assertEventually(async () => {
    second ??= await Leader.of(group, () => undefined);
    return second !== undefined;
  }, true);
  const quick = await join(group);
  first.pass(line("from the first"));
  second!.pass(line("from the second"));
  await assertEventually(() => [slow, quick].map(({ events }) => events.length), [2, 2]);
  await slow.leave();
  await left;
  first.lose();
  second!.pass(line("last"));
  await assertEventually(() => quick.events.slice(1), [line("from the second"), line("last")]);
  assertEquals(slow.events.slice(1), [line("from the first")]);
  await quick.leave();
  second!.lose();
});

Deno.test("a follower leaves a leader whose messages it cannot read", async () => {
  const group = await groupFor("malformed");
  const leader = (await Leader.of(group, () => undefined))!;
  const { events, outcome } = await join(group);
  const reported = new Promise<string>((resolve) => {
    addEventListener("error", (event) => {
      event.preventDefault();
      resolve(event.message);
    }, { once: true });
  });
  leader.pass({ event: "line" } as StreamEvent);
  assertEquals(await outcome, { kind: "lost", why: "cut" });
  assert((await reported).includes("No payload"));
  assertEquals(events.length, 1);
  leader.lose();
});

for (const change of [{ app: "other" }, { subject: "logs.web.dfw.>" }, { history: true }]) {
  const what = JSON.stringify(change);
  Deno.test(`followers get no line of a stream with ${what}, for which a leader has got a new token`, async () => {
    const url = new URL(`https://renewed.example.com/${Object.keys(change)}`);
    const stopping = new AbortController();
    const sharing = new Sharing({
      ...{ signal: stopping.signal, silence: 60_000, lastId: () => undefined },
      ...{ isPast: () => false, onEvent() {} },
    });
    const { promise: requested, resolve: request } = Promise.withResolvers<
      (event: StreamEvent) => void
    >();
    const { promise: ended, resolve: end } = Promise.withResolvers<Outcome>();
    const own = new OpenStream({
      ...{ signal: stopping.signal, silence: 60_000, onEvent: (event) => sharing.pass(event) },
      request: ({ timer }, onEvent) => {
        request(onEvent);
        return ended.finally(() => timer.stop());
      },
    });
    own.release();
    const arrive = await requested;
    arrive(READY);
    assertEquals(await sharing.share(own, url, undefined), undefined, "It leads");
    const { events, outcome } = await join((await groupOf(url, READY, undefined))!);
    arrive(line("of the first token"));
    arrive({ ...READY, ...change });
    arrive(line("of the next token"));
    assertEquals(await outcome, { kind: "lost", why: "cut" });
    assertEquals(events.slice(1), [line("of the first token")]);
    sharing.lose();
    end({ kind: "lost", why: "cut" });
    await own.outcome;
  });
}
