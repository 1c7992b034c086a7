import { assertEquals } from "@std/assert";
import { createParser } from "npm:eventsource-parser@^3";
import fc from "npm:fast-check@^4";
import { eventParser } from "../../../../web/connection/stream/event_parser.ts";

/** What the parser reports: events, and delays. */
function parsed(chunks: string[]): unknown[] {
  const reports: unknown[] = [];
  const parse = eventParser((event) => reports.push(event), (delay) => reports.push(delay));
  chunks.forEach(parse);
  return reports;
}

/** What another parser reports. */
function expected(text: string): unknown[] {
  const reports: unknown[] = [];
  const parser = createParser({
    onEvent: (event) => reports.push(event),
    onRetry: (delay) => reports.push(delay),
  });
  // It waits for what follows a CR at the end.
  parser.feed(`${text}\n`);
  return reports;
}

const cases: [title: string, text: string, reports: unknown[]][] = [
  ["a line", "data: a\n\n", [{ event: undefined, id: undefined, data: "a" }]],
  ["a line with an id", "id: 7\ndata: a\n\n", [{ event: undefined, id: "7", data: "a" }]],
  ["an event", "event: end\nretry: 500\ndata: {}\n\n", [
    500,
    { event: "end", id: undefined, data: "{}" },
  ]],
  ["several lines of data", "data: a\ndata:\ndata: b\n\n", [
    { event: undefined, id: undefined, data: "a\n\nb" },
  ]],
  ["one space before a value is not part of it", "data:  a: b \n\n", [
    { event: undefined, id: undefined, data: " a: b " },
  ]],
  ["a name alone is a field with an empty value", "data\nid\nevent\n\n", [
    { event: undefined, id: "", data: "" },
  ]],
  ["comments, unknown fields and events without data are ignored", ": x\n\nDATA: a\nid: 1\n\n", []],
  ["an id with a NUL and an invalid delay are ignored", "id: 1\0\nretry: 1s\ndata: a\n\n", [
    { event: undefined, id: undefined, data: "a" },
  ]],
  ["an event that has not ended is not reported", "data: a\n\ndata: b\n", [
    { event: undefined, id: undefined, data: "a" },
  ]],
];

for (const [title, text, reports] of cases) {
  Deno.test(`eventParser(): ${title}`, () => {
    for (const lineEnd of ["\n", "\r\n", "\r"]) {
      assertEquals(parsed([text.replaceAll("\n", lineEnd)]), reports, JSON.stringify(lineEnd));
    }
  });
}

const piece = fc.constantFrom(
  ...["\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "data", "event", "id", "retry", ":", ": ", " ", "\0"],
  ...["data: ", "event: ready", "id: 1", "retry: 20", "é", "𝄞", "[DONE]"],
);

Deno.test("eventParser() agrees with another parser, wherever the stream is split", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 60 }),
    (pieces) => {
      const chunks = [""];
      for (const [piece, isNew] of pieces) {
        if (isNew) chunks.push(piece);
        else chunks.push(chunks.pop() + piece);
      }
      const text = chunks.join("");
      const reports = expected(text);
      assertEquals(parsed([...chunks, "\n"]), reports);
      assertEquals(parsed([...`${text}\n`]), reports);
      assertEquals(parsed([`${text}\n`]), reports);
    },
  ));
});

Deno.test("eventParser() takes linear time for a long line in many chunks", () => {
  const chunk = "x".repeat(64);
  const chunks = new Array(200_000).fill(chunk);
  const [event] = parsed(["data: ", ...chunks, "\n", "\n"]) as [{ data: string }];
  assertEquals(event.data.length, chunks.length * chunk.length);
});
