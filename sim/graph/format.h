/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers of the formats: each takes a whole text and fills a draft.
 *
 * False and *error ("FILE:LINE: …", SIM_ERROR) where the text is not as the
 * format has it.  Used by load.c alone.
 */
#pragma once
#include "graph/draft.h"

bool format_graphml(Text *text, Draft *draft, GError **error);
bool format_gml(Text *text, Draft *draft, GError **error);
bool format_pajek(Text *text, Draft *draft, GError **error);
bool format_edgelist(Text *text, Draft *draft, GError **error);
bool format_orbis(Text *text, Draft *draft, GError **error);
bool format_rocketfuel(Text *text, Draft *draft, GError **error);
bool format_brite(Text *text, Draft *draft, GError **error);
bool format_inet(Text *text, Draft *draft, GError **error);
bool format_gt_itm(Text *text, Draft *draft, GError **error);
bool format_repetita(Text *text, Draft *draft, GError **error);
bool format_lightning(Text *text, Draft *draft, GError **error);
