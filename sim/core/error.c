/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"

G_DEFINE_QUARK(sim-error-quark, sim_error)

int sim_error_status(const GError *error)
{
    if (error->domain != SIM_ERROR) return error->domain == G_OPTION_ERROR ? 2 : 1;
    switch (error->code) {
    case SIM_ERROR_MACHINE:     return 1;
    case SIM_ERROR_EXPECTATION: return 3;
    case SIM_ERROR_INTERRUPTED: return 130;
    default:                    return 2;
    }
}
