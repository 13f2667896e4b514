/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two scenarios set side by side, setting by setting. */
#pragma once

/* The settings that decide a run's outcome and stand in only one of two scenario
 * texts, one a line as "- [gossip] fanout = 4" (then) and "+ …" (now), at most 40;
 * `set_then` and `set_now` are the texts of --set, one a line.  "" where they
 * read alike.  Free it. */
char *settings_difference(const char *then, const char *set_then, const char *now, const char *set_now);
