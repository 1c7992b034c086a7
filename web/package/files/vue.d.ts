import type { HTMLAttributes, PublicProps } from "vue";
import type { NatstapViewer, ViewerAttributes, ViewerEvents } from "./viewer.js";

export * from "./viewer.js";

declare module "vue" {
  interface GlobalComponents {
    "natstap-viewer": new () => NatstapViewer & {
      $props: ViewerAttributes & HTMLAttributes & PublicProps;
      $emit: <K extends keyof ViewerEvents>(name: K, event: ViewerEvents[K]) => void;
    };
  }
}
