/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which igraph stands behind the door. */
#pragma once

/* Its version as it is loaded now, as "0.10.2". */
const char *graph_library(void);
