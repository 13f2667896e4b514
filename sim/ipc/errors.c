/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/errors.h"

const char *ipc_error_name(int error)
{
    static const char *const names[] = {
        "OK",
#define IPC_ERROR_TEXT(name) #name,
        IPC_ERRORS(IPC_ERROR_TEXT)
#undef IPC_ERROR_TEXT
    };
    int number = error < 0 ? -error : error;
    return number < IPC_ERROR_COUNT ? names[number] : names[0];
}
