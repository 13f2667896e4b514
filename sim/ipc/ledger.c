/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/ledger.h"

const char *const ipc_drop_names[IPC_DROP_REASONS] = {
#define IPC_DROP_TEXT(name, text) text,
    IPC_DROPS(IPC_DROP_TEXT)
#undef IPC_DROP_TEXT
};

uint64_t account_dropped(const Account *account)
{
    uint64_t all = 0;
    for (int reason = 0; reason < IPC_DROP_REASONS; reason++) all += account->dropped[reason];
    return all;
}

int64_t account_balance(const Account *account)
{
    uint64_t ended = account->delivered + account->returned + account->dead_lettered + account->expired +
                     account_dropped(account) + account->queued + account->in_flight;
    return (int64_t)(account->entered - ended);
}
