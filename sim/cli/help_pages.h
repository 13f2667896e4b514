/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that are made from the tables of commands, sections and rooms. */
#pragma once

/* The man page banyan(1) as roff source; free it. */
char *help_man(void);

/* A bash script that completes commands, options, rooms and names; free it. */
char *help_completion(void);
