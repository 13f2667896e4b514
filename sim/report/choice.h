/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What most people look at first. */
#pragma once
#include "report/samples.h"

/* The places of the key metrics among those measured, in the order to show them; where
 * none of them was measured, of the first ones.  A GArray of guint; free it. */
GArray *choice_key_metrics(const Samples *samples);

/* True where some run saw something else than 0; and where communication models reported numbers. */
bool choice_any_value(const Samples *samples, guint metric);
bool choice_of_models(const Samples *samples);
