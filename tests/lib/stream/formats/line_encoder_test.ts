import { assertEquals, assertThrows } from "@std/assert";
import { type Format, utf8 } from "../../../../lib/stream/formats/format.ts";
import { LineEncoder } from "../../../../lib/stream/formats/line_encoder.ts";
import { sse } from "../../../../lib/stream/formats/sse.ts";

/** `sse`, how often it has encoded a payload, and with what it fails. */
function countingFormat(): { format: Format; encoded: string[]; faulty: string | undefined } {
  const counting = {
    encoded: [] as string[],
    faulty: undefined as string | undefined,
    format: {
      ...sse,
      encode(payload: Uint8Array) {
        const text = new TextDecoder().decode(payload);
        counting.encoded.push(text);
        if (text === counting.faulty) throw new Error("a fault");
        return sse.encode(payload);
      },
    },
  };
  return counting;
}

Deno.test("encode() encodes equal payloads in a row once, and each line is whole", () => {
  const { format, encoded } = countingFormat();
  const encoder = new LineEncoder(format);
  const lines = ["a", "a", "ab", "a", "", ""].map((text) => {
    const { bytes } = encoder.encode(utf8(text));
    return new TextDecoder().decode(bytes);
  });
  assertEquals(lines, ["a", "a", "ab", "a", "", ""].map((text) => `data: ${text}\n\n`));
  assertEquals(encoded, ["a", "ab", "a", ""]);
});

Deno.test("encode() gives no payload the line of another, even after a fault", () => {
  const counting = countingFormat();
  const encoder = new LineEncoder(counting.format);
  encoder.encode(utf8("one app's"));
  counting.faulty = "another's";
  assertThrows(() => encoder.encode(utf8("another's")));
  counting.faulty = undefined;
  const { bytes } = encoder.encode(utf8("another's"));
  assertEquals(new TextDecoder().decode(bytes), "data: another's\n\n");
});
