/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/signals.h"

static volatile sig_atomic_t interrupted;

static void note_interrupt(int number)
{
    interrupted = number;
}

void signals_take(Signals *before)
{
    struct sigaction note = { .sa_handler = note_interrupt }, ignore = { .sa_handler = SIG_IGN };
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    interrupted = 0;
    sigaction(SIGINT, &note, &before->interrupt);
    sigaction(SIGTERM, &note, &before->terminate);
    sigaction(SIGPIPE, &ignore, &before->pipe);
    sigprocmask(SIG_BLOCK, &blocked, &before->mask);
}

void signals_give_back(const Signals *before)
{
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
    sigaction(SIGINT, &before->interrupt, NULL);
    sigaction(SIGTERM, &before->terminate, NULL);
    sigaction(SIGPIPE, &before->pipe, NULL);
}

bool signals_interrupted(void)
{
    return interrupted != 0;
}
