/**
 * The text of a gap: a place where lines are, or may be, missing.
 *
 * @module
 */
import { countText } from "./count_text.ts";
import { gapTime, type TimeMode } from "./row_time.ts";
import type { Gap } from "./row.ts";
import { t } from "../texts/translate.ts";

/** Why lines of the past are missing, and a tooltip. */
const HISTORY: Readonly<Record<string, readonly [string, string]>> = {
  retention: ["they are no longer stored", "The service keeps lines for a limited time"],
  limit: ["there are too many to load", "The service sends a limited number of stored lines"],
  unavailable: ["stored lines are not available", "The service cannot read its history now"],
};

/** The text of a gap, and its tooltip. A gap for the reason `line` is where the line of a link should be. */
export function describeGap(gap: Gap, mode: TimeMode): { text: string; title: string } {
  if (gap.gap === "dropped") {
    return {
      text: t("{lines} dropped here", { lines: countText(gap.count, "line") }),
      title: `${countText(gap.bytes, "byte")}: lines arrived faster than this page could read them`,
    };
  }
  if (gap.gap === "history") {
    const { reason } = gap;
    if (reason === "line") return { text: t("This line is no longer available"), title: "" };
    const [why, title] = HISTORY[reason] ?? [reason, ""];
    return { text: t("Lines are missing here: {reason}", { reason: why }), title };
  }
  const from = gapTime(gap.from, mode);
  const to = gap.to === undefined ? undefined : gapTime(gap.to, mode);
  if (gap.gap === "nats") {
    const when = to === undefined ? `since ${from}` : `from ${from} to ${to}`;
    return {
      text: `Log source unavailable ${when}: lines may be missing`,
      title: "The log service was not connected to the source of its lines",
    };
  }
  const [lost, restored] = gap.hasExpired
    ? ["Access expired", "renewed"]
    : ["Connection lost", "restored"];
  const end = to === undefined ? "" : `, ${restored} at ${to}`;
  return {
    text: `${lost} at ${from}${end}: lines may be missing`,
    title: "This page was not connected to the service",
  };
}
