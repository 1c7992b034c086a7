/**
 * Takes a picture of each state of the viewer, in three widths, both themes and forced colors, to look at.
 *
 *     deno run -A tests/support/viewer/screenshots.ts FOLDER [STATE…]
 *
 * The states `docs-light` and `docs-dark` are the pictures of the documentation.
 *
 * @module
 */
import type { Page } from "npm:playwright-core@^1";
import { mint } from "../service.ts";
import { ScriptedService } from "./scripted_service.ts";
import {
  APP,
  expand,
  pageOf,
  type Prepare,
  type Scene,
  sendSamples,
  SETTLE_MS,
  STATES,
  type,
} from "./states.ts";
import { type Stage, startStage } from "./viewer_stage.ts";

const WIDTHS = [[1440, 900], [1024, 768], [390, 844]] as const;
const THEMES = ["light", "dark"] as const;
const FORCED_COLORS = {
  name: "forced",
  media: { colorScheme: "light", forcedColors: "active" },
} as const;
const LOOKS = [
  ...THEMES.map((colorScheme) => ({
    name: colorScheme,
    media: { colorScheme, forcedColors: "none" } as const,
  })),
  FORCED_COLORS,
];

async function shoot(stage: Stage, name: string, prepare: Prepare, folder: string): Promise<void> {
  for (const [width, height] of WIDTHS) {
    await using service = new ScriptedService();
    await using visit = await stage.visit(
      pageOf(stage, service),
      { viewport: { width, height } },
    );
    const { page } = visit;
    const scene = {
      page,
      find: (selector: string) => visit.element(selector),
      stream: await service.next(),
    };
    await prepare(scene);
    await picture(page, `${folder}/${name}-${width}`);
  }
}

async function picture(page: Page, path: string): Promise<void> {
  for (const { name, media } of LOOKS) {
    await page.emulateMedia(media);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: `${path}-${name}.png` });
  }
  // The tab is used again.
  await page.emulateMedia({ forcedColors: "none" });
}

/** A picture for the documentation, of lines of the last five minutes. */
async function shootDocs(
  stage: Stage,
  folder: string,
  theme: typeof THEMES[number],
  next: Prepare,
) {
  await using service = new ScriptedService();
  await using visit = await stage.visit(pageOf(stage, service), {
    viewport: { width: 1360, height: 660 },
    colorScheme: theme,
  });
  const { page } = visit;
  const scene: Scene = {
    page,
    find: (selector) => visit.element(selector),
    stream: await service.next(),
  };
  scene.stream.ready({ app: APP.name, history: true });
  sendSamples(scene.stream, 400);
  scene.stream.send("{}", "live");
  await page.waitForTimeout(SETTLE_MS);
  await next(scene);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: `${folder}/live-${theme}.png` });
}

async function shootApps(stage: Stage, folder: string): Promise<void> {
  const token = await mint({ app: ["panini-786", "pickle-api", "mustard-worker"] });
  for (const [width, height] of WIDTHS) {
    await using visit = await stage.visit(`${stage.service.url}/#token=${token}`, {
      viewport: { width, height },
    });
    await visit.element(".apps").waitFor();
    await picture(visit.page, `${folder}/apps-${width}`);
  }
}

const [folder = "screenshots", ...wanted] = Deno.args;
await Deno.mkdir(folder, { recursive: true });
await using stage = await startStage();
for (const [name, prepare] of Object.entries(STATES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await shoot(stage, name, prepare, folder).catch((error) => console.error(name, error));
}
if (wanted.length === 0 || wanted.includes("apps")) await shootApps(stage, folder);
if (wanted.includes("docs-light")) {
  await shootDocs(stage, folder, "light", expand("IllegalStateException"));
}
if (wanted.includes("docs-dark")) {
  await shootDocs(stage, folder, "dark", async (scene) => {
    await type("level>=warn -runner order")(scene);
    await scene.find("#search").blur();
  });
}
