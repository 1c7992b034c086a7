import { assertEquals } from "@std/assert";
import { RingBuffer } from "../../../web/rows/ring_buffer.ts";

Deno.test("RingBuffer behaves like an array, even when it wraps around and grows", () => {
  const ring = new RingBuffer<number>();
  const array: number[] = [];
  // A reproducible pseudorandom sequence.
  let seed = 7;
  for (let i = 0; i < 50_000; i++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const choice = seed % 10;
    if (choice < 5) {
      ring.push(i);
      array.push(i);
    } else if (choice < 7) {
      ring.unshift(i);
      array.unshift(i);
    } else if (choice < 9 && array.length > 0) {
      assertEquals(ring.shift(), array.shift());
    } else if (array.length > 0) {
      ring.set(seed % array.length, -i);
      array[seed % array.length] = -i;
    }
    assertEquals(ring.length, array.length);
  }
  assertEquals([...ring], array);
  ring.clear();
  assertEquals([...ring], []);
});
