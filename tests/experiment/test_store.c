/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/store.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "experiment/database.h"
#include "../experiment/synthetic.h"

typedef struct { char *directory, *file; Plan *plan; } Place;

static void set_up(Place *place, gconstpointer unused)
{
    (void)unused;
    place->directory = synthetic_directory();
    place->file = g_build_filename(place->directory, "results.db", NULL);
    place->plan = synthetic_plan(false);
}

static void tear_down(Place *place, gconstpointer unused)
{
    (void)unused;
    synthetic_plan_free(place->plan);
    g_free(place->file);
    synthetic_remove(place->directory);
}

static Store *open_store(Place *place, bool fresh)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(place->directory, place->plan, NULL, fresh, &error);
    g_assert_no_error(error);
    return store;
}

static RunKey key_of(uint64_t id)
{
    return (RunKey){ id, id % 2 ? "tree" : "mesh", "{}", (uint32_t)(id - 1) / 2, UINT64_MAX - id };
}

static void put(Store *store, uint64_t id)
{
    g_autoptr(RunResult) result = synthetic_result(id);
    g_autoptr(GError) error = NULL;
    RunKey key = key_of(id);
    store_put(store, &key, result, &error);
    g_assert_no_error(error);
}

/* The answer to one line of SQL, columns joined by | and rows by newlines. */
static char *ask(Place *place, const char *sql)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = database_read(place->directory, &error);
    g_assert_no_error(error);
    sqlite3_stmt *statement;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    GString *out = g_string_new("");
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (out->len) g_string_append_c(out, '\n');
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *text = (const char *)sqlite3_column_text(statement, i);
            g_string_append_printf(out, "%s%s", i ? "|" : "", text ? text : "NULL");
        }
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return g_string_free(out, FALSE);
}

static void answers(Place *place, const char *sql, const char *expected)
{
    g_autofree char *got = ask(place, sql);
    g_test_message("%s", sql);
    g_assert_cmpstr(got, ==, expected);
}

static void a_run_reads_back_as_it_was_put(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    put(store, 1);
    store_free(store);
    answers(place, "SELECT id, variant, point, replication, printf('%u', seed), status, events, wall_s FROM run",
            "1|tree|{}|0|18446744073709551614|done|1001|0.125");
    answers(place, "SELECT count(*) FROM delivery", "20");
    answers(place, "SELECT count(*), min(source), max(source), sum(size) FROM publication", "4|30|33|4000");
    answers(place, "SELECT group_concat(number || fate), count(ended_s), count(label) FROM packet", "1arrived,2lost,3under-way|2|1");
    answers(place, "SELECT event, process, message FROM step", "rpc.retransmit|NULL|30064771072");
    answers(place, "SELECT name, x, y FROM node ORDER BY node", "Wien, \"Nord\"\n|1.5|NULL\nNULL|NULL|NULL");
    answers(place, "SELECT * FROM event", "1|5.25|third|crash|7|NULL");
    answers(place, "SELECT * FROM link", "1|3|4|12.5");
    answers(place, "SELECT high FROM histogram", "9000000000000");
    answers(place, "SELECT published_s FROM delivery WHERE node = 3", "-1.0e-09");
    answers(place, "SELECT name FROM metric ORDER BY rowid",
            "delivery_ratio\nlatency_mean_ms\nevents\nwall_s\nevents_per_s");
    answers(place, "SELECT value, numerator FROM metric WHERE name = 'events_per_s'", "8008.0|NULL");
    answers(place, "SELECT key FROM meta ORDER BY key",
            "hash\nlibraries\noverrides\npath\nscenario\nschema\nseed\nstem\ntitle\nversion");
    answers(place, "SELECT value FROM meta WHERE key = 'scenario'", "[gossip]\nfanout = 4\n");
    answers(place, "PRAGMA journal_mode", "wal");
    answers(place, "SELECT value LIKE '%sqlite 3.%' AND value LIKE '%igraph %' FROM meta WHERE key = 'libraries'", "1");
}

static void the_tables_are_those_of_the_contract(Place *place, gconstpointer unused)
{
    (void)unused;
    store_free(open_store(place, false));
    static const struct { const char *table, *columns; } rows[] = {
        { "meta", "key,value" },
        { "run", "id,variant,point,replication,seed,status,events,wall_s" },
        { "metric", "run,name,value,numerator,denominator" },
        { "histogram", "run,name,low,high,count" },
        { "series", "run,name,time_s,value" },
        { "event", "run,time_s,failure,kind,node,other" },
        { "node", "run,node,name,x,y" },
        { "link", "run,a,b,latency_ms" },
        { "packet", "run,number,sent_s,ended_s,fate,sender,receiver,model,kind,label,bytes" },
        { "step", "run,time_s,event,node,process,object,message,number,reason" },
        { "publication", "run,workload,publication,source,published_s,size" },
        { "delivery", "run,workload,publication,node,published_s,delivered_s,hops" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *sql = g_strdup_printf("SELECT group_concat(name) FROM pragma_table_info('%s')", rows[i].table);
        answers(place, sql, rows[i].columns);
    }
}

typedef struct { uint64_t ids[8]; double ratios[8]; unsigned count; } Seen;

static void note(void *data, uint64_t id, double ratio)
{
    Seen *seen = data;
    seen->ids[seen->count] = id;
    seen->ratios[seen->count++] = ratio;
}

static void the_same_settings_resume(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    put(store, 2);
    put(store, 1);
    store_free(store);
    place->plan->replications = 50;             /* these two decide no outcome */
    g_free(place->plan->title);
    place->plan->title = g_strdup("'); DROP TABLE run; --");
    store = open_store(place, false);
    Seen seen = { 0 };
    g_assert_true(store_finished(store, note, &seen, NULL));
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_cmpuint(seen.ids[0], ==, 1);
    g_autoptr(RunResult) first = synthetic_result(1);
    g_assert_cmpfloat(seen.ratios[0], ==, g_array_index(first->metrics, MetricRow, 0).value);
    store_free(store);
    answers(place, "SELECT value FROM meta WHERE key = 'title'", "'); DROP TABLE run; --");
    answers(place, "SELECT count(*) FROM run", "2");
}

static void refused(Place *place, const char *const *set, int code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(store_open(place->directory, place->plan, set, false, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, SIM_ERROR, code);
    g_assert_nonnull(strstr(error->message, part));
}

static void other_settings_are_refused_and_shown(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    put(store, 1);
    store_free(store);
    g_free(place->plan->text), g_free(place->plan->hash);
    place->plan->text = g_strdup("# a remark\n[gossip]\nfanout=5\n[plot a]\ny = hops_mean\n");
    place->plan->hash = g_strdup("bbbb");
    const char *const set[] = { "network.loss=1 %", "scenario.replications=3", NULL };
    refused(place, set, SIM_ERROR_RESULT, "- [gossip] fanout = 4\n  + [gossip] fanout = 5\n  + --set network.loss=1 %\n--");
    answers(place, "SELECT count(*) FROM run", "1");
    store = open_store(place, true);                /* --fresh */
    store_free(store);
    answers(place, "SELECT count(*) FROM run", "0");
}

static void a_changed_input_file_is_refused_too(Place *place, gconstpointer unused)
{
    (void)unused;
    store_free(open_store(place, false));
    g_free(place->plan->hash);
    place->plan->hash = g_strdup("bbbb");
    refused(place, NULL, SIM_ERROR_RESULT, "a file that it reads has changed");
}

static void another_version_is_refused(Place *place, gconstpointer unused)
{
    (void)unused;
    store_free(open_store(place, false));
    sqlite3 *db;
    sqlite3_open(place->file, &db);
    sqlite3_exec(db, "UPDATE meta SET value = '0.0.0' WHERE key = 'version'", NULL, NULL, NULL);
    sqlite3_close(db);
    refused(place, NULL, SIM_ERROR_RESULT, "was made by banyan 0.0.0");
}

static void a_file_that_is_no_database_is_refused(Place *place, gconstpointer unused)
{
    (void)unused;
    g_assert_true(g_file_set_contents(place->file, "just some text, long enough to have been a header of SQLite, "
                                      "which takes a hundred bytes and begins otherwise", -1, NULL));
    refused(place, NULL, SIM_ERROR_RESULT, "not a database");
    store_free(open_store(place, true));
    answers(place, "SELECT count(*) FROM run", "0");
}

static void a_database_of_others_is_refused_untouched(Place *place, gconstpointer unused)
{
    (void)unused;
    sqlite3 *db;
    sqlite3_open(place->file, &db);
    sqlite3_exec(db, "CREATE TABLE bank(account)", NULL, NULL, NULL);
    sqlite3_close(db);
    g_autofree char *before = NULL, *after = NULL;
    gsize size, size_after;
    g_assert_true(g_file_get_contents(place->file, &before, &size, NULL));
    refused(place, NULL, SIM_ERROR_RESULT, "another program");
    g_assert_true(g_file_get_contents(place->file, &after, &size_after, NULL));
    g_assert_cmpmem(before, size, after, size_after);
}

static void a_store_in_use_is_refused_even_with_fresh(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    pid_t child = fork();               /* locks belong to processes */
    if (child == 0) {
        for (int fresh = 0; fresh < 2; fresh++) {
            GError *error = NULL;
            if (store_open(place->directory, place->plan, NULL, fresh, &error)) _exit(1);
            if (!g_error_matches(error, SIM_ERROR, SIM_ERROR_RESULT)) _exit(2);
            if (!strstr(error->message, "another program is writing")) _exit(3);
        }
        GError *error = NULL;
        if (database_read(place->directory, &error) || !strstr(error->message, "another program is writing")) _exit(4);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    g_assert_cmpint(status, ==, 0);
    put(store, 1);
    store_free(store);
}

static void a_full_disk_keeps_what_was_written(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    put(store, 1);
    store_limit_pages(store, 1);
    RunKey key = key_of(2);
    g_autoptr(RunResult) result = synthetic_result(2);
    for (uint32_t i = 0; i < 20000; i++) {
        DeliveryRow row = { "news", 0, i, 0, i, 1 };
        g_array_append_val(result->deliveries, row);
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(store_put(store, &key, result, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_MACHINE);
    g_assert_cmpint(sim_error_status(error), ==, 1);
    store_free(store);
    answers(place, "SELECT group_concat(id) FROM run", "1");
    answers(place, "SELECT count(*) FROM delivery WHERE run = 2", "0");
    answers(place, "PRAGMA integrity_check", "ok");
}

static void a_directory_that_cannot_be_is_an_error(Place *place, gconstpointer unused)
{
    (void)unused;
    g_assert_true(g_file_set_contents(place->file, "", 0, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_null(store_open(place->file, place->plan, NULL, false, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
    g_clear_error(&error);
    g_assert_null(store_open("/proc/no/such", place->plan, NULL, false, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
    g_clear_error(&error);
    g_assert_null(database_read("/no/such/place", &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
}

static void a_failed_run_is_noted_and_replaced_later(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    RunKey key = key_of(1);
    g_assert_true(store_fail(store, &key, "its process was killed", NULL));
    Seen seen = { 0 };
    g_assert_true(store_finished(store, note, &seen, NULL));
    g_assert_cmpuint(seen.count, ==, 0);
    store_free(store);
    answers(place, "SELECT run, variant, seed, message FROM failed",
            "1|tree|18446744073709551614|its process was killed");
    store = open_store(place, false);
    put(store, 1);
    put(store, 1);
    store_free(store);
    answers(place, "SELECT count(*) FROM problem", "0");
    answers(place, "SELECT count(*), (SELECT count(*) FROM delivery) FROM run", "1|20");
}

static void later_replications_are_forgotten_whole(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    for (uint64_t id = 1; id <= 6; id++) put(store, id);
    g_assert_true(store_forget_after(store, 1, NULL));
    store_free(store);
    answers(place, "SELECT group_concat(id) FROM run", "1,2,3,4");
    answers(place, "SELECT max(run), count(*) FROM delivery", "4|80");
    answers(place, "SELECT max(run) FROM metric", "4");
}

static void views_answer_in_one_line(Place *place, gconstpointer unused)
{
    (void)unused;
    Store *store = open_store(place, false);
    for (uint64_t id = 1; id <= 4; id++) put(store, id);
    store_free(store);
    answers(place, "SELECT variant, n, round(mean - pooled, 9) FROM summary WHERE metric = 'delivery_ratio'",
            "tree|2|0.0\nmesh|2|0.0");
    answers(place, "SELECT count(*), round(sum(difference), 9) FROM paired WHERE metric = 'delivery_ratio'", "4|0.0");
    answers(place, "SELECT count(*) FROM latency WHERE variant = 'mesh' AND latency_ms > 0", "40");
    answers(place, "SELECT count(*) FROM outcome WHERE metric = 'events' AND value >= 1001", "4");
    answers(place, "SELECT count(*) FROM failed", "0");
}

static void results_in_a_locked_directory_can_be_read(Place *place, gconstpointer unused)
{
    (void)unused;
    if (geteuid() == 0) {
        g_test_skip("root may write everywhere");
        return;
    }
    Store *store = open_store(place, false);
    put(store, 1);
    store_free(store);
    g_chmod(place->file, 0444);
    g_chmod(place->directory, 0555);
    answers(place, "SELECT count(*) FROM run", "1");
    g_autoptr(GError) error = NULL;
    g_assert_null(store_open(place->directory, place->plan, NULL, false, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
    g_chmod(place->directory, 0755);
}

#define CASE(name) g_test_add("/store/" #name, Place, NULL, set_up, name, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_run_reads_back_as_it_was_put);
    CASE(the_tables_are_those_of_the_contract);
    CASE(the_same_settings_resume);
    CASE(other_settings_are_refused_and_shown);
    CASE(a_changed_input_file_is_refused_too);
    CASE(another_version_is_refused);
    CASE(a_file_that_is_no_database_is_refused);
    CASE(a_database_of_others_is_refused_untouched);
    CASE(a_store_in_use_is_refused_even_with_fresh);
    CASE(a_full_disk_keeps_what_was_written);
    CASE(a_directory_that_cannot_be_is_an_error);
    CASE(a_failed_run_is_noted_and_replaced_later);
    CASE(later_replications_are_forgotten_whole);
    CASE(views_answer_in_one_line);
    CASE(results_in_a_locked_directory_can_be_read);
    return g_test_run();
}
