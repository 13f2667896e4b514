/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of parameters reads every type, fills defaults and reports every fault. */
#include "core/param.h"

#include <glib/gstdio.h>
#include <math.h>

#include "core/error.h"

typedef struct {
    uint32_t count;
    uint64_t whole, size;
    double number, share, rate;
    bool flag;
    SimTime duration;
    char *text, *file;
    int choice;
    Nodes nodes, members;
    Distribution delay, bytes, upload;
} Config;

#define ROW(field, type, fallback, ...) { #field, type, offsetof(Config, field), fallback, __VA_ARGS__ }

static const Param table[] = {
    ROW(count, PARAM_COUNT, "4", 1, 255, "a count", NULL),
    ROW(whole, PARAM_WHOLE, "off", 0, 0, "a whole number", NULL),
    ROW(number, PARAM_NUMBER, "-1.5", -2, 2, "a number", NULL),
    ROW(share, PARAM_SHARE, "20 %", 0, 0, "a share", NULL),
    ROW(rate, PARAM_RATE, "5 /s", 0, 0, "a rate", NULL),
    ROW(flag, PARAM_BOOL, "yes", 0, 0, "a switch", NULL),
    ROW(duration, PARAM_DURATION, "1 s", 1, 60e9, "a duration", NULL),
    ROW(size, PARAM_SIZE, "unlimited", 1, INFINITY, "a size", NULL),
    ROW(text, PARAM_TEXT, "", 0, 0, "a text", NULL),
    ROW(file, PARAM_FILE, "", 0, 0, "a file", NULL),
    ROW(choice, PARAM_CHOICE, "pull", 0, 0, "a choice", "push|pull|push-pull"),
    ROW(nodes, PARAM_NODES, "0", 0, 0, "nodes", NULL),
    ROW(members, PARAM_MEMBERS, "50 %", 0, 0, "members", NULL),
    ROW(delay, PARAM_DURATION_LAW, "uniform(1 ms, 2 ms)", 0, 0, "a delay", NULL),
    ROW(bytes, PARAM_SIZE_LAW, "1 kB", 0, 0, "sizes", NULL),
    ROW(upload, PARAM_BANDWIDTH_LAW, "unlimited", 0, 0, "a bandwidth", NULL),
    PARAM_END
};

/* A section with these keys and values, NULL-terminated. */
static Keys *section(Faults *faults, const char *const *given)
{
    Keys *keys = keys_new(faults, "protocol", 1, g_get_tmp_dir());
    for (int i = 0; given && given[i]; i += 2) keys_add(keys, given[i], given[i + 1], 2 + i / 2);
    return keys;
}

static void an_absent_key_takes_its_default(void)
{
    Faults *faults = faults_new("a.ini");
    Keys *keys = section(faults, NULL);
    Config c = { 0 };
    params_fill(table, keys, &c);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    g_assert_cmpuint(c.count, ==, 4);
    g_assert_cmpuint(c.whole, ==, UINT64_MAX);
    g_assert_true(c.number == -1.5 && c.share == 0.2 && c.rate == 5 && c.flag);
    g_assert_cmpint(c.duration, ==, SIM_S);
    g_assert_cmpuint(c.size, ==, UINT64_MAX);
    g_assert_null(c.text);
    g_assert_null(c.file);
    g_assert_cmpint(c.choice, ==, 1);
    g_assert_cmpint(c.nodes.kind, ==, NODES_LISTED);
    g_assert_true(c.members.kind == NODES_SHARE && c.members.share == 0.5);
    g_assert_true(c.delay.kind == LAW_UNIFORM && c.delay.a == 1e6 && c.delay.b == 2e6);
    g_assert_true(c.bytes.kind == LAW_CONSTANT && c.bytes.a == 1000);
    g_assert_cmpint(c.upload.kind, ==, LAW_ABSENT);
    params_clear(table, &c);
    keys_free(keys);
    faults_free(faults);
}

static void a_given_key_is_read_as_its_type(void)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "banyan-test-param", NULL);
    g_assert_true(g_file_set_contents(path, "5 ms\n", -1, NULL));
    const char *const given[] = {
        "count", "255", "whole", "18446744073709551615", "number", "2", "share", "0.3", "rate", "60 /min", "flag", "no",
        "duration", "60 s", "size", "2 KiB", "text", "hello \"there\"", "file", "banyan-test-param",
        "choice", "push-pull", "nodes", "1, 3..4", "members", "7", "delay", "empirical(banyan-test-param)",
        "bytes", "constant(5 B)", "upload", "1 Mbit/s", NULL };
    Faults *faults = faults_new("a.ini");
    Keys *keys = section(faults, given);
    Config c = { 0 };
    params_fill(table, keys, &c);
    g_autofree char *text = faults_text(faults);
    g_assert_cmpstr(text, ==, "");
    g_assert_cmpuint(c.count, ==, 255);
    g_assert_cmpuint(c.whole, ==, UINT64_MAX);
    g_assert_true(c.number == 2 && c.share == 0.3 && c.rate == 1 && !c.flag);
    g_assert_cmpint(c.duration, ==, 60 * SIM_S);
    g_assert_cmpuint(c.size, ==, 2048);
    g_assert_cmpstr(c.text, ==, "hello \"there\"");
    g_assert_cmpstr(c.file, ==, path);
    g_assert_cmpint(c.choice, ==, 2);
    g_assert_cmpuint(c.nodes.count, ==, 2);
    g_assert_true(c.members.kind == NODES_COUNT && c.members.count == 7);
    g_assert_true(c.delay.kind == LAW_EMPIRICAL && c.delay.values[0] == 5e6);
    g_assert_true(c.bytes.kind == LAW_CONSTANT && c.upload.a == 1e6);
    params_clear(table, &c);
    g_assert_null(c.text);
    g_assert_null(c.delay.values);
    keys_free(keys);
    faults_free(faults);
    g_unlink(path);
}

static void every_wrong_value_has_its_error(void)
{
    static const struct { const char *key, *text; int error; const char *says; } rows[] = {
        { "count", "0", SIM_ERROR_RANGE, "'0' is out of range; 1 to 255 is expected" },
        { "count", "256", SIM_ERROR_RANGE, "'256' is out of range; 1 to 255 is expected" },
        { "count", "4294967295", SIM_ERROR_RANGE, "'4294967295' is too large; at most 4294967294" },
        { "count", "4 nodes", SIM_ERROR_SYNTAX, "'4 nodes' is not a whole number" },
        { "count", "off", SIM_ERROR_SYNTAX, "'off' is not a whole number" },
        { "count", "", SIM_ERROR_SYNTAX, "the value is empty" },
        { "whole", "-1", SIM_ERROR_SYNTAX, "'-1' is not a whole number" },
        { "number", "2.1", SIM_ERROR_RANGE, "'2.1' is out of range; -2 to 2 is expected" },
        { "number", "1 ms", SIM_ERROR_SYNTAX, NULL },
        { "share", "110 %", SIM_ERROR_RANGE, NULL },
        { "rate", "5", SIM_ERROR_SYNTAX, "'5' needs a unit: /s, /min or /h" },
        { "flag", "true", SIM_ERROR_SYNTAX, "'true' is neither yes nor no" },
        { "duration", "60", SIM_ERROR_SYNTAX, "'60' needs a unit: ns, us, ms, s, min or h" },
        { "duration", "0 s", SIM_ERROR_RANGE, "'0 s' is out of range; 1 ns to 60 s is expected" },
        { "duration", "0x10 ms", SIM_ERROR_SYNTAX, NULL },
        { "size", "0 B", SIM_ERROR_RANGE, "'0 B' is out of range; 1 B or more is expected" },
        { "size", "1e300 B", SIM_ERROR_RANGE, NULL },
        { "size", "off", SIM_ERROR_SYNTAX, NULL },
        { "file", "no/such/file", SIM_ERROR_FILE, NULL },
        { "file", "/", SIM_ERROR_FILE, "'/' is a directory; a file is expected (looked for /)" },
        { "choice", "pul", SIM_ERROR_UNKNOWN, "'pul' is not a choice; did you mean 'pull'?" },
        { "nodes", "5..1", SIM_ERROR_RANGE, NULL },
        { "members", "half", SIM_ERROR_SYNTAX, NULL },
        { "delay", "unifrom(1 ms, 2 ms)", SIM_ERROR_UNKNOWN,
          "no distribution is called 'unifrom'; did you mean 'uniform'?" },
        { "delay", "1 kB", SIM_ERROR_SYNTAX, NULL },
        { "bytes", "1 ms", SIM_ERROR_SYNTAX, NULL },
        { "upload", "1 kB", SIM_ERROR_SYNTAX, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Config c = { .count = 42, .duration = 42 };
        g_test_message("%s = '%s'", rows[i].key, rows[i].text);
        g_assert_false(param_read(params_find(table, rows[i].key), rows[i].text, "/tmp", &c, &error));
        g_assert_error(error, SIM_ERROR, rows[i].error);
        if (rows[i].says) g_assert_cmpstr(error->message, ==, rows[i].says);
        g_assert_true(c.count == 42 && c.duration == 42);
    }
}

static void all_faults_of_a_section_are_reported_at_once(void)
{
    const char *const given[] = { "count", "0", "share", "2", "text", "", "duration", "5", NULL };
    static const Param needed[] = {
        ROW(count, PARAM_COUNT, "4", 1, 255, "a count", NULL),
        ROW(share, PARAM_SHARE, "20 %", 0, 0, "a share", NULL),
        ROW(text, PARAM_TEXT, "", 0, 0, "a text", NULL),
        ROW(duration, PARAM_DURATION, NULL, 0, 0, "when it starts", NULL),
        ROW(choice, PARAM_CHOICE, NULL, 0, 0, "which way", "push|pull"),
        PARAM_END
    };
    Faults *faults = faults_new("a.ini");
    Keys *keys = section(faults, given);
    Config c = { 0 };
    params_fill(needed, keys, &c);
    g_autofree char *text = faults_text(faults);
    g_assert_cmpstr(text, ==,
                    "a.ini:1: [protocol] choice: 'choice' is missing; it needs a push or pull: which way\n"
                    "a.ini:2: [protocol] count: '0' is out of range; 1 to 255 is expected\n"
                    "a.ini:3: [protocol] share: '2' is more than the whole; 0 % to 100 % is expected\n"
                    "a.ini:4: [protocol] text: the value is empty\n"
                    "a.ini:5: [protocol] duration: '5' needs a unit: ns, us, ms, s, min or h");
    g_assert_cmpuint(c.count, ==, 4);                       /* the default, so that others can be checked */
    params_clear(needed, &c);
    keys_free(keys);
    faults_free(faults);
}

static void a_call_fills_rows_in_their_order(void)
{
    static const Param rows[] = {
        ROW(duration, PARAM_DURATION, NULL, 0, 0, "a width", NULL),
        ROW(delay, PARAM_DURATION_LAW, "0 s", 0, 0, "a delay", NULL),
        ROW(choice, PARAM_CHOICE, "push", 0, 0, "which way", "push|pull"),
        PARAM_END
    };
    static const struct { const char *inner; unsigned faults; SimTime width; LawKind law; int choice; } cases[] = {
        { "5 ms, uniform(1 ms, 2 ms), pull", 0, 5 * SIM_MS, LAW_UNIFORM, 1 },
        { "5 ms", 0, 5 * SIM_MS, LAW_CONSTANT, 0 },
        { "", 1, 0, LAW_CONSTANT, 0 },
        { "5 ms, , pull", 1, 5 * SIM_MS, LAW_CONSTANT, 1 },
        { "5 ms, 1 ms, pull, more", 1, 5 * SIM_MS, LAW_CONSTANT, 1 },
        { "x, y, z", 3, 0, LAW_CONSTANT, 0 },
        { "5 ms, choice = pull", 0, 5 * SIM_MS, LAW_CONSTANT, 1 },
        { "choice=pull, 5 ms", 0, 5 * SIM_MS, LAW_CONSTANT, 1 },
        { "5 ms, chioce = pull", 1, 5 * SIM_MS, LAW_CONSTANT, 0 },
        { "5 ms, duration = 6 ms", 1, 5 * SIM_MS, LAW_CONSTANT, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Faults *faults = faults_new("a.ini");
        Keys *keys = section(faults, NULL);
        Config c = { 0 };
        params_fill_call(rows, cases[i].inner, keys, "latency", &c);
        g_test_message("(%s)", cases[i].inner);
        g_assert_cmpuint(faults_count(faults), ==, cases[i].faults);
        g_assert_cmpint(c.duration, ==, cases[i].width);
        g_assert_cmpint(c.delay.kind, ==, cases[i].law);
        g_assert_cmpint(c.choice, ==, cases[i].choice);
        params_clear(rows, &c);
        keys_free(keys);
        faults_free(faults);
    }
}

static void types_read_as_words(void)
{
    for (const Param *p = table; p->type; p++) {
        g_autofree char *text = param_type_text(p);
        g_assert_nonnull(text);
        g_assert_cmpuint(*text, !=, 0);
        g_assert_true(params_find(table, p->name) == p);
    }
    g_autofree char *choice = param_type_text(params_find(table, "choice"));
    g_assert_cmpstr(choice, ==, "push or pull or push-pull");
    g_assert_null(params_find(table, "none"));
    g_assert_null(params_find(NULL, "none"));
}

#define CASE(name) g_test_add_func("/param/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(an_absent_key_takes_its_default);
    CASE(a_given_key_is_read_as_its_type);
    CASE(every_wrong_value_has_its_error);
    CASE(all_faults_of_a_section_are_reported_at_once);
    CASE(a_call_fills_rows_in_their_order);
    CASE(types_read_as_words);
    return g_test_run();
}
