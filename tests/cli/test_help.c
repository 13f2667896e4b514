/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the program says about itself comes from its tables and is complete. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/help_pages.h"
#include "cli/words.h"
#include "core/error.h"
#include "scenario/expect.h"

static GString *printed;

static void keep(const char *text)
{
    g_string_append(printed, text);
}

/* Runs a command in this process; what it printed stands in `printed`. */
static bool say(const Command *command, const char *argument, GError **error)
{
    char *arguments[] = { (char *)argument, NULL };
    GPrintFunc before = g_set_print_handler(keep);
    g_string_truncate(printed, 0);
    bool done = command->run(arguments, error);
    g_set_print_handler(before);
    return done;
}

static void assert_says(const Command *command, const char *argument, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(say(command, argument, &error));
    g_assert_no_error(error);
    if (!strstr(printed->str, text)) g_error("%s %s lacks '%s':\n%s", command->name, argument, text, printed->str);
}

static const Command *named(const char *name)
{
    return words_command(name, NULL);
}

static void every_command_describes_itself(void)
{
    g_autoptr(GError) error = NULL;
    for (guint i = 0; commands[i]; i++) {
        const Command *command = commands[i];
        g_test_message("%s", command->name);
        assert_says(named("help"), NULL, command->name);
        assert_says(named("help"), command->name, command->summary);
        assert_says(named("explain"), command->name, command->summary);
        g_assert_true(command->most < 0 || command->most >= command->least);
        for (const GOptionEntry *o = command->options; o && o->long_name; o++) {
            g_assert_nonnull(o->description);
            assert_says(named("help"), command->name, o->description);
        }
    }
    g_assert_false(say(named("help"), "chek", &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN);
    g_assert_cmpstr(error->message, ==, "no command is called 'chek'; did you mean 'check'?");
}

static void list_and_explain_know_every_name(void)
{
    for (const Room *room = rooms; room->name; room++)
        for (guint i = 0; room->variants[i]; i++) {
            const Variant *variant = room->variants[i];
            if (strcmp(room->section, "metric") == 0) continue;
            assert_says(named("list"), room->name, variant->name);
            assert_says(named("explain"), variant->name, variant->summary);
            for (const Param *p = variant->params; p && p->type; p++) {
                g_autofree char *key = g_strdup_printf("%s.%s", room->section, p->name);
                assert_says(named("explain"), key, p->help);
                assert_says(named("explain"), p->name, p->help);
                assert_says(named("explain"), variant->name, p->help);
            }
        }
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) {
            assert_says(named("list"), "metrics", m->name);
            assert_says(named("explain"), m->name, m->help);
        }
    for (guint i = 0; models[i]; i++)
        for (const MetricName *m = models[i]->metrics; m && m->name; m++) {
            assert_says(named("list"), "metrics", m->name);
            assert_says(named("explain"), m->name, m->help);
        }
    assert_says(named("explain"), "zmq_queued", "waiting somewhere at the end");
    for (const SectionKind *kind = section_kinds(); kind->name; kind++) {
        assert_says(named("list"), "sections", kind->name);
        assert_says(named("explain"), kind->name, kind->summary);
        for (const Param *p = kind->params; p && p->type; p++) assert_says(named("explain"), p->name, p->help);
    }
    assert_says(named("list"), NULL, "random-regular");
    assert_says(named("explain"), "[failure]", "[failure NAME]");
    assert_says(named("explain"), "failure.storm.at", "a key of the failure crash");
    assert_says(named("explain"), "wall_s", "machine");
    assert_says(named("explain"), "overlay.kind", "which overlay");
}

static void a_name_on_no_menu_gets_a_hint(void)
{
    static const struct { const char *command, *name, *says; } rows[] = {
        { "list", "overlys", "did you mean 'overlays'?" },
        { "list", "everything", "one of networks, overlays" },
        { "explain", "gosip", "did you mean 'gossip'?" },
        { "explain", "overlay.degre", "did you mean 'degree'?" },
        { "explain", "delivery_ration", "did you mean 'delivery_ratio'?" },
        { "explain", "quetzalcoatl", "`banyan list` prints every name" },
        { "explain", "", "nothing is called ''" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(say(named(rows[i].command), rows[i].name, &error));
        g_assert_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN);
        if (!strstr(error->message, rows[i].says)) g_error("'%s' lacks '%s'", error->message, rows[i].says);
        g_assert_cmpstr(printed->str, ==, "");
    }
}

/* True if the page holds the text as roff writes it. */
static bool holds(const char *page, const char *text)
{
    g_auto(GStrv) pieces = g_strsplit(text, "-", -1);
    g_autofree char *escaped = g_strjoinv("\\-", pieces);
    return strstr(page, escaped) || strstr(page, text);
}

static void the_man_page_holds_every_name(void)
{
    g_autofree char *page = help_man();
    for (guint i = 0; commands[i]; i++) g_assert_true(holds(page, commands[i]->name));
    for (const Room *room = rooms; room->name; room++)
        for (guint i = 0; room->variants[i] && strcmp(room->section, "metric") != 0; i++) {
            g_assert_true(holds(page, room->variants[i]->name));
            for (const Param *p = room->variants[i]->params; p && p->type; p++) g_assert_true(holds(page, p->name));
        }
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) g_assert_true(holds(page, m->name));
    g_assert_nonnull(strstr(page, "random\\-regular"));           /* a plain '-' may become a hyphen */
    g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        static const char *const requests[] = { ".TH", ".SH", ".SS", ".TP", ".PP", ".br", NULL };
        g_autofree char *word = g_strndup(lines[i], strcspn(lines[i], " "));
        if (*word == '.' || *word == '\'') g_assert_true(g_strv_contains(requests, word));
    }
}

/* Runs `script` by bash; false where there is no bash. */
static bool bash(const char *script, const char *argument, char **out, int *status)
{
    const char *const argv[] = { "bash", "-c", script, "bash", argument, NULL };
    return g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, out,
                        NULL, status, NULL);
}

static void the_man_page_is_clean_roff(void)
{
    g_autofree char *page = help_man(), *out = NULL, *path = NULL;
    int status, file = g_file_open_tmp("banyan-XXXXXX.1", &path, NULL);
    g_assert_cmpint(file, >=, 0);
    g_assert_true(g_file_set_contents(path, page, -1, NULL));
    g_close(file, NULL);
    bool ran = bash("command -v groff >/dev/null || exit 77; groff -man -Tutf8 -ww \"$1\" 2>&1 >/dev/null", path, &out, &status);
    g_unlink(path);
    if (!ran || (WIFEXITED(status) && WEXITSTATUS(status) == 77)) {
        g_test_skip("groff is not installed");
        return;
    }
    g_assert_cmpstr(out, ==, "");
}

static void bash_completes_from_the_same_tables(void)
{
    static const struct { const char *words, *wanted; } rows[] = {
        { "banyan ch", "check" }, { "banyan --v", "--version" }, { "banyan help expl", "explain" },
        { "banyan list over", "overlays" }, { "banyan explain overlay.no", "overlay.nodes" },
        { "banyan explain plumtr", NULL }, { "banyan explain goss", "gossip" }, { "banyan check --se", "--set" },
        { "banyan topology hyperc", "hypercube" }, { "banyan explain delivery_ratio_al", "delivery_ratio_all" },
    };
    g_autofree char *page = help_completion();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *out = NULL;
        g_autofree char *script = g_strdup_printf("%s\nCOMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _banyan; "
                                                  "echo \"${COMPREPLY[@]}\"", page, rows[i].words);
        int status;
        if (!bash(script, "", &out, &status)) {
            g_test_skip("bash is not installed");
            return;
        }
        g_assert_cmpint(status, ==, 0);
        g_test_message("%s -> %s", rows[i].words, out);
        g_strchomp(out);
        if (rows[i].wanted) g_assert_true(g_str_has_prefix(out, rows[i].wanted));
    }
}

/* Runs the program under test; its exit status, or -1 where there is none. */
static int program(const char *arguments, char **out, char **err)
{
    const char *path = g_getenv("BANYAN");
    g_autofree char *line = g_strdup_printf("%s %s", path ? path : "", arguments);
    int status;
    if (!path || !g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) return -1;
    g_assert_true(g_spawn_command_line_sync(line, out, err, &status, NULL));
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void the_program_exits_by_its_outcome(void)
{
    static const struct { const char *arguments; int status; const char *out, *err; } rows[] = {
        { "--version", 0, "banyan ", "" },
        { "--help", 0, "usage: banyan COMMAND", "" },
        { "-h", 0, "usage: banyan COMMAND", "" },
        { "help", 0, "usage: banyan COMMAND", "" },
        { "help check", 0, "usage: banyan check", "" },
        { "check --help", 0, "usage: banyan check", "" },
        { "check -h", 0, "usage: banyan check", "" },
        { "list protocols", 0, "gossip", "" },
        { "help --man", 0, ".TH BANYAN 1", "" },
        { "help --completion", 0, "complete -o filenames -F _banyan banyan", "" },
        { "", 2, "usage: banyan COMMAND", "" },
        { "chek", 2, "", "banyan: no command is called 'chek'; did you mean 'check'?\n" },
        { "check", 2, "", "an argument is missing; usage: banyan check SCENARIO" },
        { "check a b", 2, "", "there are too many arguments" },
        { "check --sett x a", 2, "", "banyan: check: unknown option --sett; did you mean 'set'?\n" },
        { "check --set", 2, "", "banyan: check: " },
        { "check /no/such/file", 2, "", "banyan: /no/such/file: the scenario cannot be read" },
        { "check -- --version", 2, "", "banyan: --version: the scenario cannot be read" },
        { "help help help", 2, "", "too many arguments" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *out = NULL, *err = NULL;
        int status = program(rows[i].arguments, &out, &err);
        if (status < 0) {
            g_test_skip("BANYAN names no program");
            return;
        }
        g_test_message("banyan %s: %d\n%s", rows[i].arguments, status, err);
        g_assert_cmpint(status, ==, rows[i].status);
        g_assert_nonnull(strstr(out, rows[i].out));
        g_assert_nonnull(strstr(err, rows[i].err));
        if (!*rows[i].out) g_assert_cmpstr(out, ==, "");
        if (!*rows[i].err) g_assert_cmpstr(err, ==, "");
    }
}

static void check_tells_the_plan_or_the_faults(void)
{
    g_autofree char *out = NULL, *err = NULL, *path = NULL, *arguments = NULL, *fault = NULL;
    static const char text[] =
        "[scenario]\ntitle = Bäume „x“\n[network]\nlatency = 50 ms\n[overlay]\nkind = star\nnodes = 3\n"
        "[protocol]\nkind = flood\n[workload w]\nkind = publish\n[variant a]\n[variant b]\nnetwork.loss = 1 %\n";
    int file = g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_close(file, NULL);
    arguments = g_strdup_printf("check %s --set overlay.nodes=1500", path);
    if (program(arguments, &out, &err) < 0) {
        g_unlink(path);
        g_test_skip("BANYAN names no program");
        return;
    }
    g_assert_cmpstr(err, ==, "");
    g_assert_nonnull(strstr(out, "Bäume „x“\n"));          /* no '?' whatever the locale */
    g_assert_nonnull(strstr(out, "2: a, b\n"));
    g_assert_nonnull(strstr(out, " 1,500\n"));
    g_assert_nonnull(strstr(out, " 20\n"));
    g_clear_pointer(&out, g_free);
    g_clear_pointer(&err, g_free);
    g_clear_pointer(&arguments, g_free);
    arguments = g_strdup_printf("check --set=overlay.nodes=x %s --set network.los=3", path);
    g_assert_cmpint(program(arguments, &out, &err), ==, 2);
    g_assert_cmpstr(out, ==, "");
    g_assert_cmpstr(err, ==, "--set: network.los: no such key; did you mean 'loss'?\n"
                             "--set: [overlay] nodes: 'x' is not a whole number\n");
    g_unlink(path);
}

#define CASE(name) g_test_add_func("/help/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    printed = g_string_new(NULL);
    CASE(every_command_describes_itself);
    CASE(list_and_explain_know_every_name);
    CASE(a_name_on_no_menu_gets_a_hint);
    CASE(the_man_page_holds_every_name);
    CASE(the_man_page_is_clean_roff);
    CASE(bash_completes_from_the_same_tables);
    CASE(the_program_exits_by_its_outcome);
    CASE(check_tells_the_plan_or_the_faults);
    int status = g_test_run();
    g_string_free(printed, TRUE);
    return status;
}
