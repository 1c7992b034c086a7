import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { LineGroups } from "../../../../web/rows/grouping/line_groups.ts";
import { type Line, RowFactory } from "../../../../web/rows/row.ts";
import { flyPayload } from "../../../support/viewer/sample_rows.ts";

const LANGUAGES = ["java", "python", "node", "go", "ruby", "dotnet"];

/** A line, and the machine that wrote it. */
type Written = readonly [machine: string, message: string];

function corpus(name: string): string[] {
  const file = new URL(`corpus/${name}.txt`, import.meta.url);
  return Deno.readTextFileSync(file).trimEnd().split("\n=====\n");
}

/** The entries that the lines become, in order of their first lines. */
function entries(lines: readonly Written[], isFly = true): Line[] {
  const rows = new RowFactory(() => 0);
  return joined(
    lines.map(([machine, message]) =>
      rows.line(isFly ? flyPayload({ machine, message }) : message)
    ),
  );
}

function joined(lines: readonly Line[]): Line[] {
  const groups = new LineGroups();
  const entries = new Map<number, Line>();
  for (const line of lines) {
    const entry = groups.join(line) ?? line;
    entries.set(entry.id, entry);
  }
  return [...entries.values()];
}

const from = (machine: string, text: string) =>
  text.split("\n").map((message): Written => [machine, message]);
const messages = (entries: readonly Line[]) => entries.map(({ message }) => message);

for (const language of LANGUAGES) {
  for (const trace of corpus(language)) {
    Deno.test(`a stack trace becomes one entry: ${language}, ${trace.split("\n")[0]}`, () => {
      for (const isFly of [true, false]) {
        const lines = from("m1", `a line before\n${trace}\na line after`);
        assertEquals(messages(entries(lines, isFly)), ["a line before", trace, "a line after"]);
      }
    });
  }
}

Deno.test("lines of other machines in between do not split an entry", () => {
  const traces = LANGUAGES.flatMap(corpus);
  const queues = traces.map((trace, machine) => from(`m${machine}`, trace));
  const mixed: Written[] = [];
  for (let round = 0; queues.some(({ length }) => length > 0); round++) {
    for (const queue of queues) mixed.push(...queue.splice(0, 1 + round % 2));
  }
  assertEquals(messages(entries(mixed)), traces);
});

Deno.test("unrelated lines are not joined, in any order", () => {
  const [text] = corpus("unrelated");
  const lines = text!.split("\n");
  const shown = lines.map((line) => line.startsWith("{") ? "Error: x" : line);
  assertEquals(messages(entries(from("m1", text!))), shown);
  // These are related to some of the others.
  const related = /^(?:$|\s|Caused|\.\.\.|Node|exit|Traceback \(|ValueError|java\.|panic|\/app|\{)/;
  const others = lines.filter((line) => !related.test(line));
  fc.assert(fc.property(fc.array(fc.constantFrom(...others)), (lines) => {
    assertEquals(messages(entries(lines.map((line) => ["m1", line]))), lines);
  }));
});

Deno.test("a stack trace joins a problem's line only if it follows directly", () => {
  const trace = corpus("java")[2]!;
  /** The entries of a line and of a stack trace that was written, and arrived, later. */
  const entriesAfter = (head: string, writtenMs: number | undefined, arrivedMs: number) => {
    const lines = `${head}\n${trace}`.split("\n").map((message, index) => {
      const delay = (ms: number) => index === 0 ? 0 : ms;
      const timestamp = new Date(1e12 + delay(writtenMs ?? 0)).toISOString();
      const payload = writtenMs === undefined ? message : flyPayload({ message, timestamp });
      return { ...new RowFactory(() => delay(arrivedMs)).line(payload), id: index };
    });
    return messages(joined(lines));
  };
  for (const head of ["WARN slow query (312 ms)", "ERROR payment failed"]) {
    assertEquals(entriesAfter(head, 20, 20), [`${head}\n${trace}`]);
    assertEquals(entriesAfter(head, undefined, 20), [`${head}\n${trace}`]);
    assertEquals(entriesAfter(head, 3000, 3000), [head, trace]);
    assertEquals(entriesAfter(head, undefined, 3000), [head, trace]);
    // The lines of history arrive at once.
    assertEquals(entriesAfter(head, 3000, 0), [head, trace]);
  }
});

Deno.test("what a runtime prints about an uncaught exception joins no line before it", () => {
  for (const trace of [corpus("java")[0]!, corpus("dotnet")[0]!]) {
    const lines = from("m1", `WARN slow query (312 ms)\n${trace}`);
    assertEquals(messages(entries(lines)), ["WARN slow query (312 ms)", trace]);
  }
});

Deno.test("an entry has the severity of its first line, or is an error if that has no level of its own", () => {
  const severity = (text: string) => entries(from("m1", text))[0]!.severity;
  assertEquals(severity("WARN retrying\njava.io.IOException: x\n\tat a.B.c(B.java:1)"), "warn");
  assertEquals(severity(corpus("python")[0]!), "error");
  assertEquals(severity(corpus("node")[1]!), "error");
  assertEquals(severity(corpus("dotnet").at(-1)!), "info");
});

Deno.test("an entry says what went wrong, if its first line does not", () => {
  const reason = (text: string) => entries(from("m1", text))[0]!.reason;
  assertEquals(reason(corpus("python")[0]!), "ValueError: no such order: 8812");
  assertEquals(reason(corpus("python")[3]!), "SystemExit: 1");
  assertEquals(reason(corpus("node")[1]!), "Error: no such order");
  assertEquals(reason(corpus("java")[0]!), undefined);
});

Deno.test("an entry ends at its limit, after a pause, and where lines may be missing", () => {
  const frame = "\tat com.example.Shop.pay(Shop.java:10)";
  const long = entries(from("m1", `Error: x\n${Array(1500).fill(frame).join("\n")}`));
  assertEquals(long.map(({ more = [] }) => 1 + more.length), [1000, 501]);
  assert(entries(from("m1", `Error: x\n${frame}${"x".repeat(200_000)}`)).length === 2);
  let now = 0;
  const rows = new RowFactory(() => now);
  const groups = new LineGroups();
  const join = (message: string) => groups.join(rows.line(message)) !== undefined;
  assertEquals([join("Error: x"), join(frame)], [false, true]);
  now = 60_000;
  assertEquals([join(frame), join(frame)], [false, true]);
  // The lines of history arrive at once.
  const written = (message: string, timestamp: string) =>
    groups.join(rows.line(flyPayload({ message, timestamp }))) !== undefined;
  assertEquals(written("Error: x", "2026-11-20T20:42:11Z"), false);
  assertEquals(written(frame, "2026-11-20T20:43:11Z"), false);
  groups.clear();
  assertEquals(join(frame), false);
});

Deno.test("entries never throw or lose a line, whatever the lines are, and in bounded time", () => {
  const parts = LANGUAGES.flatMap(corpus).flatMap((trace) => trace.split("\n"));
  const line = fc.oneof(fc.constantFrom(...parts), fc.string({ unit: "binary" }));
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom("m1", "m2"), line)), (lines) => {
    const all = entries(lines);
    assertEquals(all.reduce((sum, { more = [] }) => sum + 1 + more.length, 0), lines.length);
  }));
  for (const unit of [" ", "a.", "\tat ", "x:1", "(", "[", "from ", "^", "Error: ", "/a"]) {
    const hostile = unit.repeat(100_000 / unit.length);
    entries(from("m1", [hostile, hostile, `\tat ${hostile}`, `Error: ${hostile}`].join("\n")));
  }
});
