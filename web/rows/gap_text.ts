/**
 * The text of a gap: a place where lines are, or may be, missing.
 *
 * @module
 */
import { countText } from "./count_text.ts";
import { gapTime, type TimeMode } from "./row_time.ts";
import type { Gap } from "./row.ts";
import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";

/** Why lines of the past are missing, and a tooltip. */
const HISTORY: ReadonlyMap<string, readonly [Text, Text]> = new Map([
  ["retention", ["they are no longer stored", "The service keeps lines for a limited time"]],
  ["limit", ["there are too many to load", "The service sends a limited number of stored lines"]],
  ["unavailable", [
    "stored lines are not available",
    "The service cannot read its history at the moment",
  ]],
]);

/** Texts of interruptions, without and with an end. */
const NATS: readonly [Text, Text] = [
  "Log source unavailable since {from}: lines may be missing",
  "Log source unavailable from {from} to {to}: lines may be missing",
];
const EXPIRED: readonly [Text, Text] = [
  "Access expired at {from}: lines may be missing",
  "Access expired at {from}, renewed at {to}: lines may be missing",
];
const LOST: readonly [Text, Text] = [
  "Connection lost at {from}: lines may be missing",
  "Connection lost at {from}, restored at {to}: lines may be missing",
];

/** The text of a gap, and its tooltip. A gap for the reason `line` is where the line of a link should be. */
export function describeGap(gap: Gap, mode: TimeMode): { text: string; title: string } {
  if (gap.gap === "dropped") {
    const bytes = countText(gap.bytes, "byte");
    return {
      text: t("{lines} dropped here", { lines: countText(gap.count, "line") }),
      title: t("{bytes}: lines arrived faster than this page could read them", { bytes }),
    };
  }
  if (gap.gap === "history") {
    const { reason } = gap;
    if (reason === "line") return { text: t("This line is no longer available"), title: "" };
    const [why, title] = HISTORY.get(reason)?.map((text) => t(text)) ?? [reason, ""];
    return { text: t("Lines are missing here: {reason}", { reason: why! }), title: title! };
  }
  const texts = gap.gap === "nats" ? NATS : gap.hasExpired ? EXPIRED : LOST;
  const [from, to] = [gap.from, gap.to].map((at) => at === undefined ? "" : gapTime(at, mode));
  const title = gap.gap === "nats"
    ? t("The log service was not connected to the source of its lines")
    : t("This page was not connected to the service");
  return { text: t(texts[to === "" ? 0 : 1], { from: from!, to: to! }), title };
}
