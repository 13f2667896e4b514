/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/profile.h"

#include <math.h>
#include <string.h>

#include "graph/text.h"

struct Profile {
    GArray *steps;              /* of ProfileStep; only `from` and `value` */
    SimTime period;             /* 0: it does not repeat */
};

static bool read_time(const Text *text, const char *field, SimTime *out, GError **error)
{
    double seconds;
    if (!text_number(text, field, "time", &seconds, error)) return false;
    if (seconds < 0 || seconds >= 9e9) return text_fault(text, SIM_ERROR_RANGE, error, "'%s' is out of range; a time from 0 on is expected", field);
    *out = (SimTime)llround(seconds * 1e9);
    return true;
}

static bool read_line(const Text *text, Profile *profile, char **fields, GError **error)
{
    ProfileStep step = { 0 }, *last = profile->steps->len ? &g_array_index(profile->steps, ProfileStep, profile->steps->len - 1) : NULL;
    if (strcmp(fields[0], "LOOPAFTER") == 0) {
        if (!read_time(text, fields[1], &profile->period, error)) return false;
        if (last) profile->period += last->from;
        if (profile->period > 0) return true;
        return text_fault(text, SIM_ERROR_RANGE, error, "the profile repeats without end in no time");
    }
    if (!read_time(text, fields[0], &step.from, error) || !text_number(text, fields[1], "value", &step.value, error)) return false;
    if (step.value < 0) return text_fault(text, SIM_ERROR_RANGE, error, "'%s' is negative", fields[1]);
    if (last && step.from <= last->from) return text_fault(text, SIM_ERROR_RANGE, error, "'%s' is no later than the line before", fields[0]);
    g_array_append_val(profile->steps, step);
    return true;
}

static bool read_all(Text *text, Profile *profile, GError **error)
{
    for (char *line; (line = text_filled_line(text)); ) {
        char *fields[2];
        if (*g_strchug(line) == '#') continue;
        if (text_fields(line, fields, 2) != 2) return text_fault(text, SIM_ERROR_SYNTAX, error, "a time and a value are expected");
        if (!read_line(text, profile, fields, error)) return false;
    }
    return profile->steps->len || text_fault(text, SIM_ERROR_SYNTAX, error, "the profile has no line");
}

Profile *profile_load(const char *path, GError **error)
{
    Text text;
    Profile *profile = g_new0(Profile, 1);
    profile->steps = g_array_new(FALSE, FALSE, sizeof(ProfileStep));
    bool ok = text_open(&text, path, error) && read_all(&text, profile, error);
    text_clear(&text);
    if (ok) return profile;
    profile_free(profile);
    return NULL;
}

void profile_free(Profile *profile)
{
    if (!profile) return;
    g_array_unref(profile->steps);
    g_free(profile);
}

uint32_t profile_length(const Profile *profile) { return profile->steps->len; }

bool profile_above_zero(const Profile *profile)
{
    for (guint i = 0; i < profile->steps->len; i++)
        if (g_array_index(profile->steps, ProfileStep, i).value <= 0) return false;
    return true;
}

static SimTime starts(const Profile *profile, uint64_t i)
{
    uint64_t round = i / profile->steps->len;
    SimTime from = g_array_index(profile->steps, ProfileStep, i % profile->steps->len).from;
    if (round && round > (uint64_t)(SIM_NEVER - from - 1) / (uint64_t)profile->period) return SIM_NEVER;
    return from + (SimTime)round * profile->period;
}

bool profile_step(const Profile *profile, uint64_t i, ProfileStep *step)
{
    if (!profile->period && i >= profile->steps->len) return false;
    bool last = !profile->period && i + 1 == profile->steps->len;
    *step = (ProfileStep){ starts(profile, i), last ? SIM_NEVER : starts(profile, i + 1),
                           g_array_index(profile->steps, ProfileStep, i % profile->steps->len).value };
    return step->from != SIM_NEVER;
}
