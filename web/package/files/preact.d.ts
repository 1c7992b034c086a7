import type { HTMLAttributes } from "preact";
import type { NatstapViewer, ViewerAttributes } from "./viewer.js";

export * from "./viewer.js";

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "natstap-viewer": ViewerAttributes & HTMLAttributes<NatstapViewer>;
    }
  }
}
