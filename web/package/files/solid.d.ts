import type { JSX } from "solid-js";
import type { NatstapViewer, ViewerAttributes, ViewerEvents } from "./viewer.js";

export * from "./viewer.js";

type Listeners = { [K in keyof ViewerEvents as `on:${K}`]?: (event: ViewerEvents[K]) => void };

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "natstap-viewer": ViewerAttributes & Listeners & JSX.HTMLAttributes<NatstapViewer>;
    }
  }
}
