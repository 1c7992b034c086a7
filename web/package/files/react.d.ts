import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { NatstapViewer, ViewerAttributes } from "./viewer.js";

export * from "./viewer.js";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "natstap-viewer":
        & ViewerAttributes
        & DetailedHTMLProps<HTMLAttributes<NatstapViewer>, NatstapViewer>;
    }
  }
}
