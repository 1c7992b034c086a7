import { assertEquals } from "@std/assert";
import { parseQuantity } from "../../../web/query/quantity.ts";

const cases: [text: string, expected: [number: number, unit: "" | "time" | "size"] | undefined][] =
  [
    ["500", [500, ""]],
    ["-1.5e3", [-1500, ""]],
    ["500ms", [500, "time"]],
    ["1m2.5s", [62_500, "time"]],
    ["250 µs", [0.25, "time"]],
    ["2KB", [2000, "size"]],
    ["1.5MiB", [1_572_864, "size"]],
    ["95%", [95, ""]],
    ["", undefined],
    ["abc", undefined],
    ["5xx", undefined],
    ["1s2KB", undefined],
    ["10.0.0.1", undefined],
    ["12:30", undefined],
    ["2026-11-26", undefined],
    ["1constructor", undefined],
  ];

for (const [text, expected] of cases) {
  Deno.test(`parseQuantity() reads "${text}"`, () => {
    const quantity = parseQuantity(text);
    assertEquals(quantity, expected && { number: expected[0], unit: expected[1] });
  });
}
