/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/loss.h"

#include <string.h>

#include "core/error.h"
#include "core/suggest.h"

static bool argument(const char *text, double *out, GError **error)
{
    return !text || parse_quantity(text, UNIT_SHARE, out, error);
}

static bool parse_bursts(const char *text, const char *inner, Loss *out, GError **error)
{
    Loss loss = { .good = 0, .bad = 1 };
    g_auto(GStrv) args = parse_list(inner);
    guint count = g_strv_length(args);
    if (count < 2 || count > 4) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' should read gilbert-elliott(P, R, GOOD, BAD)", text);
        return false;
    }
    if (!argument(args[0], &loss.turn_bad, error) || !argument(args[1], &loss.turn_good, error)) return false;
    if (count > 2 && !argument(args[2], &loss.good, error)) return false;
    if (count > 3 && !argument(args[3], &loss.bad, error)) return false;
    if (loss.turn_bad == 0 || loss.turn_good == 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s': a state that is never left or never entered; P and R above 0 are expected",
                    text);
        return false;
    }
    *out = loss;
    return true;
}

bool loss_parse(const char *text, Loss *out, GError **error)
{
    g_autofree char *inner = NULL, *name = parse_call(text, &inner);
    if (name && strcmp(name, "gilbert-elliott") == 0) return parse_bursts(text, inner, out, error);
    if (name) {
        static const char *const names[] = { "gilbert-elliott", NULL };
        g_autofree char *hint = suggest(name, names);
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "no law of loss is called '%s'%s", name, hint);
        return false;
    }
    double share;
    if (!parse_quantity(text, UNIT_SHARE, &share, error)) return false;
    *out = (Loss){ .good = share };
    return true;
}

/* The share of messages that find the link bad. */
static double bad_share(const Loss *loss)
{
    return loss_bursts(loss) ? loss->turn_bad / (loss->turn_bad + loss->turn_good) : 0;
}

double loss_mean(const Loss *loss)
{
    double bad = bad_share(loss);
    return bad * loss->bad + (1 - bad) * loss->good;
}

bool loss_next(const Loss *loss, LossState *state, Random *random)
{
    if (!loss_bursts(loss)) return random_unit(random) < loss->good;
    if (*state == LOSS_UNKNOWN) *state = random_unit(random) < bad_share(loss) ? LOSS_BAD : LOSS_GOOD;
    bool bad = *state == LOSS_BAD, lost = random_unit(random) < (bad ? loss->bad : loss->good);
    if (random_unit(random) < (bad ? loss->turn_good : loss->turn_bad)) *state = bad ? LOSS_GOOD : LOSS_BAD;
    return lost;
}
