import type { HTMLAttributes } from "svelte/elements";
import type { NatstapViewer, ViewerAttributes } from "./viewer.js";

export * from "./viewer.js";

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "natstap-viewer": ViewerAttributes & HTMLAttributes<NatstapViewer>;
  }
}
