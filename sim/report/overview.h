/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `banyan run` prints: the key metrics with error bars, the differences
 * between variants, and how to read them. */
#pragma once
#include "report/expectation.h"
#include "report/samples.h"
#include "report/table.h"

/* The text of it; free it. */
char *overview_text(const Samples *samples, guint against, const GArray *verdicts, TableStyle style);
