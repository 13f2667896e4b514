/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [sweep] zip: keys that go in step instead of in a grid. */
#include <glib/gstdio.h>

#include "../run_text.h"
#include "core/error.h"

static const char scene[] =
    "[network]\nlatency = 10 ms\n[overlay]\nkind = kary-tree\narity = 2\nnodes = 5\n[protocol]\nkind = flood\n"
    "[workload news]\nkind = publish\n[sweep]\n%s";

static char *labels(const char *sweep)
{
    g_autofree char *text = g_strdup_printf(scene, sweep);
    g_autoptr(Plan) plan = plan_text(text);
    GString *out = g_string_new("");
    for (uint32_t i = 0; i < plan->point_count; i++) g_string_append_printf(out, "%s; ", plan->points[i].label);
    return g_string_free(out, FALSE);
}

static void keys_in_step_take_their_values_together(void)
{
    g_autofree char *all = labels("overlay.nodes = 10, 20\noverlay.arity = 2, 3\nzip = yes\n");
    g_assert_cmpstr(all, ==, "nodes = 10, arity = 2; nodes = 20, arity = 3; ");
    g_autofree char *range = labels("overlay.nodes = 10 .. 40 factor 2\noverlay.arity = 2, 2, 3\nzip = yes\n");
    g_assert_cmpstr(range, ==, "nodes = 10, arity = 2; nodes = 20, arity = 2; nodes = 40, arity = 3; ");
    g_autofree char *some = labels("zip = overlay.nodes, overlay.arity\noverlay.nodes = 10, 20\n"
                                   "workload.news.publications = 1, 2\noverlay.arity = 2, 3\n");
    g_assert_cmpstr(some, ==, "nodes = 10, publications = 1, arity = 2; nodes = 10, publications = 2, arity = 2; "
                              "nodes = 20, publications = 1, arity = 3; nodes = 20, publications = 2, arity = 3; ");
    g_autofree char *grid = labels("overlay.nodes = 10, 20\noverlay.arity = 2, 3\nzip = no\n");
    g_assert_nonnull(strstr(grid, "nodes = 10, arity = 3; nodes = 20, arity = 2; "));
}

static void what_cannot_go_in_step_is_said(void)
{
    static const struct { const char *sweep, *part; } rows[] = {
        { "overlay.nodes = 10, 20\noverlay.arity = 2, 3, 4\nzip = yes\n", "has 3 values and 'overlay.nodes' has 2" },
        { "overlay.nodes = 10, 20\nzip = overlay.node\n", "'overlay.node' is no key of this section" },
        { "overlay.nodes = 10, 10\noverlay.arity = 2, 2\nzip = yes\n", "nodes = 10, arity = 2 is there twice" },
        { "overlay.nodes = 10, 10\noverlay.arity = 2, 3\nzip = no\n", "'10' is listed twice" },
        { "zip = yes\n", "nothing is swept" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(scene, rows[i].sweep), *path = NULL;
        g_autoptr(GError) error = NULL;
        close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
        g_file_set_contents(path, text, -1, NULL);
        g_autoptr(Plan) plan = plan_read(path, NULL, &error);
        g_unlink(path);
        g_assert_null(plan);
        g_assert_error(error, SIM_ERROR, SIM_ERROR_SCENARIO);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].part));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/zip/keys_in_step_take_their_values_together", keys_in_step_take_their_values_together);
    g_test_add_func("/zip/what_cannot_go_in_step_is_said", what_cannot_go_in_step_is_said);
    return g_test_run();
}
