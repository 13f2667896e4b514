/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a report, in the order of the page. */
#pragma once
#include "report/page_write.h"

void page_question(Page *page, const PlotData *data);                   /* the first comment of the scenario */
void page_answer(Page *page, const Samples *samples);                   /* tables, and verdicts in words */
void page_setting(Page *page, const PlotData *data);                    /* the scenario, section by section */
bool page_failures(Page *page, const PlotData *data, GError **error);   /* what went wrong in replication 0 */
void page_repeat(Page *page, const PlotData *data, const Samples *samples);
