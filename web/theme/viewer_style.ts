/**
 * What the viewer looks like around its rows.
 *
 * @module
 */
import type { CSSResult } from "lit";
import { chipsStyle } from "../panels/chips_style.ts";
import { helpStyle } from "../panels/help_style.ts";
import { listStyle } from "../list/list_style.ts";
import { narrowStyle } from "./narrow_style.ts";
import { searchStyle } from "../search/search_field_style.ts";
import { stripStyle } from "../panels/strip_style.ts";
import { themeStyle } from "./theme_style.ts";
import { toolbarStyle } from "../panels/toolbar_style.ts";

/** The style sheets, in their order. */
export const style: CSSResult[] = [
  themeStyle,
  toolbarStyle,
  searchStyle,
  chipsStyle,
  stripStyle,
  listStyle,
  helpStyle,
  narrowStyle,
];
