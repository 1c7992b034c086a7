/**
 * All styles of the viewer except its rows.
 *
 * @module
 */
import { helpStyle } from "../keys/help.ts";
import { listStyle } from "../list/list_style.ts";
import { bannerStyle } from "../panels/banner.ts";
import { contextBarStyle } from "../panels/context_bar.ts";
import { emptyListStyle } from "../panels/empty_list.ts";
import { facetChipsStyle } from "../panels/facet_chips_style.ts";
import { newLinesStyle } from "../panels/new_lines_button.ts";
import { noteStyle } from "../panels/note.ts";
import { remedyStyle } from "../panels/remedy.ts";
import { rateChartStyle } from "../panels/rate_chart.ts";
import { toolbarStyle } from "../panels/toolbar_style.ts";
import { selectionBarStyle } from "../selection/selection_bar.ts";
import { completionStyle } from "../search/completion_controller.ts";
import { searchStyle } from "../search/search_field_style.ts";
import { forcedColorsStyle } from "./forced_colors_style.ts";
import { narrowStyle } from "./narrow_style.ts";
import { themeStyle } from "./theme_style.ts";

/** The style sheets, in the order in which they apply. */
export const style: string[] = [
  themeStyle,
  toolbarStyle,
  searchStyle,
  completionStyle,
  facetChipsStyle,
  rateChartStyle,
  bannerStyle,
  contextBarStyle,
  listStyle,
  newLinesStyle,
  selectionBarStyle,
  emptyListStyle,
  remedyStyle,
  noteStyle,
  helpStyle,
  narrowStyle,
  forcedColorsStyle,
];
