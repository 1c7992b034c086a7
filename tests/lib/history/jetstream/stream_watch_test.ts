import { assertEquals } from "@std/assert";
import type {
  HistoryStream,
  UnusableStream,
} from "../../../../lib/history/jetstream/history_stream.ts";
import { StreamWatch } from "../../../../lib/history/jetstream/stream_watch.ts";

/** What JetStream answers; `undefined` while NATS is not connected. */
type Answer = HistoryStream | UnusableStream | Error | undefined;

const USABLE: HistoryStream = {
  name: "logs",
  firstSequence: 1,
  firstTime: undefined,
  lastSequence: 0,
  lastTime: undefined,
  created: "today",
  leader: "n1",
  republish: { src: ">", dest: "natstap.>" },
  allowDirect: true,
  warnings: [],
};
const UNUSABLE = { problem: "it does not republish" };
const SILENT = new Error("no answer");

/** Watches a stream until all answers are used up; resolves to the watch, its changes, and what it logged. */
async function watch(answers: readonly Answer[]) {
  const rest = [...answers];
  const used = Promise.withResolvers<void>();
  const never = new Promise<never>(() => {});
  const changes: string[] = [];
  const logged: string[] = [];
  const record = (message: string, { reason = "" }: Record<string, unknown> = {}) =>
    void logged.push(`${message} ${reason}`.trim());
  const check = () => {
    if (rest.length === 0) {
      used.resolve();
      return never;
    }
    const answer = rest.shift();
    if (answer instanceof Error) return Promise.reject(answer);
    return answer && Promise.resolve(answer);
  };
  const stream = new StreamWatch(
    check,
    {
      onDisturbed: () => changes.push("disturbed"),
      onReplaced: () => changes.push("replaced"),
    },
    { debug: record, info: record, warn: record, error: record },
    0,
  );
  await used.promise;
  stream.close();
  return { stream, changes, logged };
}

Deno.test("StreamWatch says when lines may have been missed, and when the stream is another one", async () => {
  const replaced = { ...USABLE, created: "tomorrow" };
  const moved = { ...USABLE, republish: { src: ">", dest: "live.>" } };
  const table: [name: string, answers: Answer[], changes: string[]][] = [
    ["no change", [USABLE, USABLE], []],
    ["another leader", [USABLE, { ...USABLE, leader: "n2" }], ["disturbed"]],
    ["silence", [USABLE, SILENT, SILENT, USABLE], ["disturbed", "disturbed"]],
    ["a lost connection", [USABLE, undefined, undefined, USABLE], ["disturbed", "disturbed"]],
    ["another stream", [USABLE, replaced], ["replaced"]],
    ["another stream after silence", [USABLE, SILENT, replaced], ["disturbed", "replaced"]],
    ["other subjects", [USABLE, moved], ["replaced"]],
    ["a short problem", [USABLE, UNUSABLE, UNUSABLE, USABLE], ["disturbed"]],
    ["a lasting problem", [USABLE, UNUSABLE, UNUSABLE, UNUSABLE, UNUSABLE], ["replaced"]],
    ["problems with usable answers between", [
      ...[USABLE, UNUSABLE, UNUSABLE, USABLE, UNUSABLE, UNUSABLE],
    ], ["disturbed"]],
    ["a stream that appears", [UNUSABLE, UNUSABLE, UNUSABLE, USABLE], []],
  ];
  for (const [name, answers, expected] of table) {
    assertEquals((await watch(answers)).changes, expected, name);
  }
});

Deno.test("StreamWatch keeps the stream while JetStream is silent, and gives it up after a lasting problem", async () => {
  for (const answer of [SILENT, undefined]) {
    const { stream } = await watch([USABLE, answer, answer, answer, answer]);
    assertEquals(stream.stream, USABLE);
    assertEquals(stream.problem, answer?.message ?? "NATS is not connected");
  }
  const { stream } = await watch([USABLE, UNUSABLE, UNUSABLE, UNUSABLE]);
  assertEquals([stream.stream, stream.problem], [undefined, UNUSABLE.problem]);
  assertEquals((await watch([UNUSABLE, USABLE])).stream.problem, undefined);
});

Deno.test("StreamWatch logs each change once, but not that NATS is not connected", async () => {
  const answers = [undefined, SILENT, SILENT, UNUSABLE, UNUSABLE, USABLE, USABLE, undefined];
  assertEquals((await watch(answers)).logged, [
    "history unavailable no answer",
    "history unavailable it does not republish",
    "history available",
  ]);
});

Deno.test("StreamWatch knows whether the stream can be used once JetStream has answered", async () => {
  for (const answer of [USABLE, UNUSABLE]) {
    assertEquals(await (await watch([answer])).stream.isKnown(), true);
  }
});
