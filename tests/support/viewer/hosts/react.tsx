import "@natstap/viewer/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { fetchToken, src } from "./backend.ts";

function Logs() {
  const [lines, setLines] = useState(0);
  return (
    <>
      <natstap-viewer
        src={src}
        tokenProvider={fetchToken}
        onnatstap-line={() => setLines((count) => count + 1)}
        style={{ height: "20rem" }}
      />
      <output>{lines}</output>
    </>
  );
}

createRoot(document.getElementById("app")!).render(<Logs />);
