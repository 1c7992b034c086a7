import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { COLORS, MachineNames, MAX_LABEL } from "../../../web/columns/machine_names.ts";

function labels(...names: string[]): string[] {
  const machines = new MachineNames();
  for (const name of names) machines.of(name);
  return names.map((name) => machines.of(name).label);
}

const cases: [names: string[], expected: string[]][] = [
  [["d896d7c609dd68", "3d8d9e44b19e89"], ["d896d7c6", "3d8d9e44"]],
  [["web-7d9c5b6f4-abcde"], ["web-7d9c"]],
  [["web-7d9c5b6f4-abcde", "web-7d9c5b6f4-fghij"], ["web-…abcde", "web-…fghij"]],
  [["worker-0", "worker-1", "worker-10"], ["worker-0", "worker-1", "worker-10"]],
  [
    ["production-db-0", "production-db-1", "production-cache-0", "production-cache-1"],
    ["product…db-0", "product…db-1", "prod…cache-0", "prod…cache-1"],
  ],
  [
    ["web-7d9c5b6f4-abcde", "web-7d9c5b6f4-fghij", "web-7d9c8bbbb-klmno"],
    ["web-…abcde", "web-…fghij", "web…7d9c8bbb"],
  ],
  [["x".repeat(200) + "1", "x".repeat(200) + "2"], ["xxxxxxxx…xx1", "xxxxxxxx…xx2"]],
  [["", "a"], ["", "a"]],
];

for (const [names, expected] of cases) {
  Deno.test(`machines are shown by what differs: ${names.join(", ").slice(0, 60)}`, () => {
    assertEquals(labels(...names), expected);
  });
}

Deno.test("the names of a deployment's pods have labels that differ, and that fit", () => {
  const letter = fc.constantFrom(..."bcdfghjklmnpqrstvwxz2456789");
  const pod = fc.string({ unit: letter, minLength: 5, maxLength: 5 });
  fc.assert(fc.property(fc.uniqueArray(pod, { maxLength: 40 }), (pods) => {
    const shown = labels(...pods.map((pod) => `checkout-service-7d9c5b6f4-${pod}`));
    assertEquals(new Set(shown).size, pods.length);
    assert(shown.every(({ length }) => length <= MAX_LABEL));
  }));
});

Deno.test("machines have colors of their own as long as there are colors, and keep them", () => {
  const machines = new MachineNames();
  const names = Array.from({ length: COLORS }, (_, i) => `m${i}`);
  const colors = names.map((name) => machines.of(name).color);
  assertEquals(new Set(colors).size, COLORS);
  machines.of("another");
  assertEquals(names.map((name) => machines.of(name).color), colors);
  assertEquals(new MachineNames().of("m3").color, new MachineNames().of("m3").color);
});

Deno.test("any number of machines takes little time, and at most 300 are remembered", () => {
  const machines = new MachineNames();
  for (let i = 0; i < 20_000; i++) machines.of(`web-7d9c5b6f4-${i}`);
  assertEquals(machines.count, 300);
  assert(machines.of("web-7d9c5b6f4-x").label.length <= MAX_LABEL);
});
