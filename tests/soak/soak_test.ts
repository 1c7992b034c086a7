import { assertEquals } from "@std/assert";
import { reportText } from "./report.ts";
import { soak, type SoakOptions } from "./soak.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };

async function assertClean(options: SoakOptions): Promise<void> {
  const report = await soak(options);
  console.log(reportText(report));
  assertEquals(report.found.violations, []);
}

Deno.test("A soak of 20 s with faults violates no guarantee", LINUX, async () => {
  await assertClean({ seconds: 20, seed: 127 });
});

Deno.test(
  "500 readers that come and go for 60 s get only lines of their own app, out of 50 apps",
  LINUX,
  async () => {
    const clients = { steady: 480, slow: 5, stalled: 5, vanishing: 10, forgers: 6 };
    await assertClean({ seconds: 60, seed: 1, clients, faults: [] });
  },
);
