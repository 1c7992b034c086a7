import { assertEquals, assertThrows } from "@std/assert";
import { type Format, utf8 } from "../../../../lib/stream/formats/format.ts";
import { LineEncoder } from "../../../../lib/stream/formats/line_encoder.ts";
import { ndjson } from "../../../../lib/stream/formats/ndjson.ts";
import { sse } from "../../../../lib/stream/formats/sse.ts";

/** The format `sse`, the payloads that it has encoded, and the payload with which it fails. */
function countingFormat(): { format: Format; encoded: string[]; faulty: string | undefined } {
  const counting = {
    encoded: [] as string[],
    faulty: undefined as string | undefined,
    format: {
      ...sse,
      encode(payload: Uint8Array) {
        const text = new TextDecoder().decode(payload);
        counting.encoded.push(text);
        if (text === counting.faulty) throw new Error("an error");
        return sse.encode(payload);
      },
    },
  };
  return counting;
}

Deno.test("encode() encodes consecutive equal payloads once, and every line is complete", () => {
  const { format, encoded } = countingFormat();
  const encoder = new LineEncoder(format);
  const lines = ["a", "a", "ab", "a", "", ""].map((text) => {
    const { bytes } = encoder.encode(utf8(text));
    return new TextDecoder().decode(bytes);
  });
  assertEquals(lines, ["a", "a", "ab", "a", "", ""].map((text) => `data: ${text}\n\n`));
  assertEquals(encoded, ["a", "ab", "a", ""]);
});

Deno.test("encode() never returns the line of another payload, even after an error", () => {
  const counting = countingFormat();
  const encoder = new LineEncoder(counting.format);
  encoder.encode(utf8("one app's"));
  counting.faulty = "another's";
  assertThrows(() => encoder.encode(utf8("another's")));
  counting.faulty = undefined;
  const { bytes } = encoder.encode(utf8("another's"));
  assertEquals(new TextDecoder().decode(bytes), "data: another's\n\n");
});

Deno.test("encode() writes the id of each line, also of equal payloads, and encodes those once", () => {
  const { format, encoded } = countingFormat();
  const encoder = new LineEncoder(format);
  const lines = [1, 1, 23, undefined, 23].map((id) =>
    new TextDecoder().decode(encoder.encode(utf8("a"), id).bytes)
  );
  const [first, second, plain] = ["id: 1\n", "id: 23\n", ""].map((id) => `${id}data: a\n\n`);
  assertEquals(lines, [first, first, second, plain, second]);
  assertEquals(encoded, ["a"]);
  const json = new LineEncoder(ndjson).encode(utf8("{}"), 7);
  assertEquals(new TextDecoder().decode(json.bytes), "{}\n");
});
