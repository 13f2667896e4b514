/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of comma-separated values (RFC 4180). */
#pragma once
#include <glib.h>

/* Appends a field, quoted where a comma, a quote, a line's end or a blank at an end asks for it. */
void csv_field(GString *out, const char *text);

/* Appends a comma and the number, or nothing behind the comma where it is not finite. */
void csv_value(GString *out, double value);
