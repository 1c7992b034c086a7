import { assertEquals } from "@std/assert";
import { LOSSLESS_FAULTS } from "./faults.ts";
import { historyReportText, violationsOf } from "./history_report.ts";
import { historySoak } from "./history_soak.ts";

Deno.test(
  "Every client receives every line once and in order, whatever is killed or cut off",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    const clients = { eventSource: 12, viewer: 8, curl: 6, slow: 4 };
    const lanes = LOSSLESS_FAULTS;
    const report = await historySoak({ seconds: 20, seed: 127, clients, rate: 50, lanes });
    console.log(historyReportText(report));
    assertEquals(violationsOf(report), []);
  },
);
