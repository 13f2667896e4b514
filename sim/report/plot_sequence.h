/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message-sequence chart as the blocks of plots/sequence.gp.  For plot_sequence*.c alone. */
#pragma once
#include "report/chart.h"
#include "report/plot_sheet.h"

typedef struct { double x, y, half; } Taken;     /* the middle of a label, and half its width, in gaps */

typedef struct {
    PlotSheet *sheet;
    const Chart *chart;
    double gap;                 /* mm from lifeline to lifeline */
    GArray *taken;              /* of Taken: places of labels so far */
} Sequence;

/* Blocks 3 to 7: arrows, those of a node to itself, labels, notes to the right and to the left. */
void sequence_arrows(const Sequence *drawing);

/* Cut to that width, mm; the number at its end, as in "PUB news #7" or "client[3]", stays.  Free it. */
char *sequence_shortened(const char *text, double mm);
