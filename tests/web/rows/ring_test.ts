import { assertEquals } from "@std/assert";
import { Ring } from "../../../web/rows/ring.ts";

Deno.test("Ring does at both ends what an array does, also where it wraps around and grows", () => {
  const ring = new Ring<number>();
  const array: number[] = [];
  // A simple generator of numbers that look random, the same each time.
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
