import { type NatstapViewer, setTexts } from "@natstap/viewer";
import type { SvelteHTMLElements } from "svelte/elements";
import type { GlobalComponents } from "vue";
import type {} from "@natstap/viewer/svelte";
import type {} from "@natstap/viewer/vue";
import { fetchToken } from "./backend.ts";

const viewer: NatstapViewer = document.createElement("natstap-viewer");
viewer.tokenProvider = fetchToken;
viewer.addEventListener("natstap-status", ({ detail }) => {
  if (detail.state === "live") detail.app.trim();
});
// @ts-expect-error -- `time` has three values.
viewer.time = "yesterday";

setTexts({ "Live": "En direct", "{count} lines": { one: "{count} ligne" } }, "fr");
// @ts-expect-error -- There is no such text.
setTexts({ "Alive": "Vivant" });

type Vue = InstanceType<GlobalComponents["natstap-viewer"]>["$props"];
export const vue: Vue = { tokenProvider: fetchToken, class: "logs" };
// @ts-expect-error -- `limit` is a number.
export const wrongVue: Vue = { limit: "many" };

type Svelte = SvelteHTMLElements["natstap-viewer"];
export const svelte: Svelte = { tokenProvider: fetchToken, class: "logs" };
// @ts-expect-error -- `limit` is a number.
export const wrongSvelte: Svelte = { limit: "many" };
