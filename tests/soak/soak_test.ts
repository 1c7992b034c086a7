import { assertEquals } from "@std/assert";
import { reportText } from "./report.ts";
import { soak, type SoakOptions } from "./soak.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };

async function assertClean(options: SoakOptions): Promise<void> {
  const report = await soak(options);
  console.log(reportText(report));
  assertEquals(report.found.breaches, []);
}

Deno.test("A soak of 20 s, with faults, breaks no promise", LINUX, async () => {
  await assertClean({ seconds: 20, seed: 127 });
});

Deno.test(
  "Of 50 apps' lines, 500 readers that come and go for 60 s get none that is not theirs",
  LINUX,
  async () => {
    const crowd = { steady: 480, slow: 5, stalled: 5, vanishing: 10, forgers: 6 };
    await assertClean({ seconds: 60, seed: 1, crowd, faults: [] });
  },
);
