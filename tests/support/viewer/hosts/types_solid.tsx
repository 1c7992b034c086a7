/** @jsxImportSource solid-js */
import "@natstap/viewer/solid";
import { fetchToken, src } from "./backend.ts";

export const logs = (
  <natstap-viewer
    src={src}
    tokenProvider={fetchToken}
    on:natstap-line={({ detail }) => detail.message.trim()}
    class="logs"
  />
);
// @ts-expect-error -- `limit` is a number.
export const wrong = <natstap-viewer limit="many" />;
