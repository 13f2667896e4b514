/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variants built outside the tree. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Loads a shared object and puts its variants on the menu, for as long as the program
 * runs.  What it exports stands in core/variant.h.  False and *error: SIM_ERROR_FILE
 * where it cannot be loaded or is none, or what registry_add() says. */
bool plugin_load(const char *path, GError **error);

/* The same for every path of a list that ends with NULL; NULL: none. */
bool plugins_load(char *const *paths, GError **error);
