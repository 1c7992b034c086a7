/**
 * All styles of the viewer except its rows.
 *
 * @module
 */
import { helpStyle } from "../keys/help_style.ts";
import { listStyle } from "../list/list_style.ts";
import { facetChipsStyle } from "../panels/facet_chips_style.ts";
import { noticesStyle } from "../panels/notices_style.ts";
import { rateChartStyle } from "../panels/rate_chart_style.ts";
import { toolbarStyle } from "../panels/toolbar_style.ts";
import { searchStyle } from "../search/search_field_style.ts";
import { forcedColorsStyle } from "./forced_colors_style.ts";
import { narrowStyle } from "./narrow_style.ts";
import { themeStyle } from "./theme_style.ts";

/** The style sheets, in the order in which they apply. */
export const style: string[] = [
  themeStyle,
  toolbarStyle,
  searchStyle,
  facetChipsStyle,
  rateChartStyle,
  listStyle,
  noticesStyle,
  helpStyle,
  narrowStyle,
  forcedColorsStyle,
];
