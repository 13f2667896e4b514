/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "files.h"
#include "fixture.h"

/* A matrix network over a file with these bytes; `rest` are the arguments after the file. */
static Fixture *matrix_of(const char *bytes, const char *rest, char **plain_faults)
{
    char *path = file_write("m.txt", bytes, -1);
    g_autofree char *text = g_strdup_printf("matrix(%s, %s)", path, rest);
    Fixture *f = fixture_read(text);
    if (plain_faults) *plain_faults = file_plain(f->faults, path);
    file_remove(path);
    return f;
}

static Fixture *built(const char *bytes, const char *rest, uint32_t nodes)
{
    Fixture *f = matrix_of(bytes, rest, NULL);
    fixture_build(f, nodes, 1, PLACEMENT_IN_ORDER);
    return f;
}

/* Every form of the same three places reads alike. */
static void forms(void)
{
    static const struct { const char *what, *bytes, *rest; } rows[] = {
        { "TAB", "0\t10\t20\n30\t0\t40\n50\t60\t0\n", "ms, one-way" },
        { "comma", "0,10,20\n30,0,40\n50,60,0\n", "ms, one-way" },
        { "comma and blanks", "0, 10, 20\n30, 0, 40\n50, 60, 0\n", "ms, one-way" },
        { "semicolon", "0;10;20\n30;0;40\n50;60;0\n", "ms, one-way" },
        { "blanks", "0 10 20\n  30 0   40\n50 60 0\n", "ms, one-way" },
        { "CR LF", "0,10,20\r\n30,0,40\r\n50,60,0\r\n", "ms, one-way" },
        { "no final newline", "0,10,20\n30,0,40\n50,60,0", "ms, one-way" },
        { "byte order mark", "\xef\xbb\xbf" "0,10,20\n30,0,40\n50,60,0\n", "ms, one-way" },
        { "comments and empty lines", "# delays\n\n0,10,20\n30,0,40\n\n# end\n50,60,0\n\n", "ms, one-way" },
        { "seconds", "0,.01,.02\n.03,0,.04\n5e-2,.06,0\n", "s, one-way" },
        { "microseconds", "0,10000,20000\n30000,0,40000\n50000,60000,0\n", "us, one-way" },
        { "nanoseconds", "0,1e7,2e7\n3e7,0,4e7\n5e7,6e7,0\n", "ns, one-way" },
        { "round trips count half, once", "0,20,40\n60,0,80\n100,120,0\n", "ms, rtt" },
        { "i,j value", "0,1 10\n0,2 20\n1,0 30\n1,2 40\n2,0 50\n2,1 60\n", "ms, one-way" },
        { "i,j TAB value, ids with holes, any order", "7,3000000000\t40\n7,5\t30\n5,7\t10\n3000000000,5\t50\n3000000000,7\t60\n"
          "5,3000000000\t20\n", "ms, one-way" },
        { "three columns need no names", "a,b,ms\nx,y,10\nx,z,20\ny,x,30\ny,z,40\nz,x,50\nz,y,60\n", "ms, one-way" },
        { "named columns", "n,to,avg,from\n1,y,10,x\n1,z,20,x\n1,x,30,y\n2,z,40,y\n2,x,50,z\n2,y,60,z\n",
          "ms, one-way, from, to, avg" },
        { "quoted fields", "\"fr\"\"om\",\"to, really\",avg\n\"x, 1\",y,10\n\"x, 1\",z,20\ny,\"x, 1\",30\ny,z,40\nz,\"x, 1\",50\n"
          "z,y,60\n", "ms, one-way" },
        { "a place called NA", "a;b;c\nNA;B;10\nNA;C;20\nB;NA;30\nB;C;40\nC;NA;50\nC;B;60\n", "ms, one-way" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].what);
        Fixture *f = built(rows[i].bytes, rows[i].rest, 3);
        g_assert_cmpuint(f->variant->places(f->config), ==, 3);
        for (NodeId a = 0, tens = 1; a < 3; a++)
            for (NodeId b = 0; b < 3; b++)
                if (a != b) g_assert_cmpint(fixture_latency(f, a, b), ==, tens++ * 10 * SIM_MS);
        fixture_free(f);
    }
}

static void a_gzip_file_reads_like_a_plain_one(void)
{
    /* printf '0 10\n20 0\n' | gzip -n */
    static const guint8 packed[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x33, 0x50, 0x30, 0x34, 0xe0, 0x32, 0x32,
                                     0x50, 0x30, 0xe0, 2, 0, 0x70, 0x37, 0x03, 0x65, 10, 0, 0, 0 };
    char *path = file_write("m.gz", (const char *)packed, sizeof packed);
    g_autofree char *text = g_strdup_printf("matrix(%s, ms, one-way)", path);
    Fixture *f = fixture_new(text, 2, 1, PLACEMENT_IN_ORDER);
    g_assert_cmpint(fixture_latency(f, 0, 1), ==, 10 * SIM_MS);
    g_assert_cmpint(fixture_latency(f, 1, 0), ==, 20 * SIM_MS);
    fixture_free(f);
    file_remove(path);
}

/* Rows of a policy: what becomes of the pair 0, 2 and of the notes. */
static void missing_values(void)
{
    static const char holes[] = "0,10,-1,5\n30,0,40,nan\n50,60,0,\n0,70,9,0\n";
    static const struct { const char *bytes, *rest; uint32_t places; SimTime ms02, ms13, ms30; const char *notes; } rows[] = {
        { holes, "ms, one-way", 4, 50, 70, 5, "m.txt: 4 rows; 4 of 12 ordered pairs had no latency; "
          "4 filled in from the reverse direction" },
        { holes, "ms, one-way, missing = two-hop", 4, 14, 35, 59, "m.txt: 4 rows; 4 of 12 ordered pairs had no latency; "
          "4 filled in by the best two hops" },
        { "0,10,-1\n30,0,40\n-1,60,0\n", "ms, one-way", 3, 50, -1, -1, "m.txt: 3 rows; 2 of 6 ordered pairs had no latency; "
          "2 filled in by the best two hops" },
        { "a,b,c\n0,1,1\n1,2,2\n2,3,4\n", "ms, one-way", 4, 3, 6, 7, "m.txt: 4 rows, 3 pairs from 3 lines, each for both "
          "directions; 6 of 12 ordered pairs had no latency; 4 filled in by the best two hops; 2 filled in by more hops" },
        { "0,1,2,3\n,0,4,5\n,,0,6\n,,,0\n", "ms, one-way", 4, 2, 5, 3, "m.txt: 4 rows; 6 of 12 ordered pairs had no latency; "
          "6 filled in from the reverse direction" },
        { "a,b,c\n0,1,1\n0,2,2\n1,2,4\n1,2,8\n1,2,6\n", "ms, one-way, repeats = median", 3, 2, -1, -1, "m.txt: 3 rows, 3 pairs "
          "from 5 lines, repeated ones joined, each for both directions" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture *f = built(rows[i].bytes, rows[i].rest, rows[i].places);
        g_assert_cmpstr(f->variant->notes(f->config), ==, rows[i].notes);
        g_assert_cmpuint(f->variant->places(f->config), ==, rows[i].places);
        g_assert_cmpint(fixture_latency(f, 0, 2), ==, rows[i].ms02 * SIM_MS);
        if (rows[i].ms13 >= 0) g_assert_cmpint(fixture_latency(f, 1, 3), ==, rows[i].ms13 * SIM_MS);
        if (rows[i].ms30 >= 0) g_assert_cmpint(fixture_latency(f, 3, 0), ==, rows[i].ms30 * SIM_MS);
        fixture_free(f);
    }
}

static void drop_leaves_out_the_row_with_most_holes(void)
{
    Fixture *f = built("0,10,0,5\n30,0,0,8\n0,60,0,1\n4,7,9,0\n", "ms, one-way, missing = drop", 3);
    g_assert_cmpstr(f->variant->notes(f->config), ==,
                    "m.txt: 4 rows; 3 of 12 ordered pairs had no latency; 1 of 4 rows dropped (3)");
    g_assert_cmpint(fixture_latency(f, 1, 2), ==, 8 * SIM_MS);
    g_assert_cmpint(fixture_latency(f, 2, 1), ==, 7 * SIM_MS);
    fixture_free(f);

    f = built("0,10,0\n30,0,9\n0,60,0\n", "ms, one-way, missing = drop", 2);      /* among equals the last */
    g_assert_cmpstr(f->variant->notes(f->config), ==,
                    "m.txt: 3 rows; 2 of 6 ordered pairs had no latency; 1 of 3 rows dropped (3)");
    fixture_free(f);
}

static void repeated_pairs_are_reduced_as_said(void)
{
    static const struct { const char *word; double ms; } rows[] = { { "min", 2 }, { "mean", 4.5 }, { "median", 3.5 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *rest = g_strdup_printf("ms, one-way, repeats = %s", rows[i].word);
        Fixture *f = built("1,2 9\n1,2 2\n1,2 4\n1,2 3\n", rest, 2);
        g_assert_cmpint(fixture_latency(f, 0, 1), ==, llround(rows[i].ms * 1e6));
        g_assert_cmpint(fixture_latency(f, 1, 0), ==, llround(rows[i].ms * 1e6));
        fixture_free(f);
    }
}

static void two_nodes_on_one_row_have_0_or_the_diagonal(void)
{
    static const struct { const char *rest; SimTime at[2]; } rows[] = {
        { "ms, one-way", { 0, 0 } },
        { "ms, one-way, diagonal = ignore", { 0, 0 } },
        { "ms, one-way, diagonal = use", { 7 * SIM_MS, 0 } },       /* a hole on the diagonal is 0 */
        { "ms, rtt, diagonal = use", { 3500 * SIM_US, 0 } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture *f = matrix_of("7,1000\n1000,-5\n", rows[i].rest, NULL);
        fixture_build(f, 100, 4, PLACEMENT_RANDOM);
        uint32_t *place = network_place(&f->scope, 2), seen[2] = { 0 };
        for (NodeId b = 1; b < 100; b++) {
            if (place[b] != place[0]) continue;
            g_assert_cmpint(fixture_latency(f, 0, b), ==, rows[i].at[place[0]]);
            seen[place[0]]++;
        }
        for (NodeId b = 0; b < 100; b++)
            for (NodeId a = 0; a < b; a++) {
                if (place[a] != place[b]) continue;
                g_assert_cmpint(fixture_latency(f, a, b), ==, rows[i].at[place[a]]);
                seen[place[a]]++;
            }
        g_assert_cmpuint(seen[0], >, 0);
        g_assert_cmpuint(seen[1], >, 0);
        g_free(place);
        fixture_free(f);
    }
}

static void more_nodes_than_rows_share_them(void)
{
    Fixture *f = matrix_of("0,10,20\n30,0,40\n50,60,0\n", "ms, one-way", NULL);
    fixture_build(f, 1000, 9, PLACEMENT_RANDOM);
    g_autofree uint32_t *place = network_place(&f->scope, 3);
    static const SimTime ms[3][3] = { { 0, 10, 20 }, { 30, 0, 40 }, { 50, 60, 0 } };
    for (NodeId a = 0; a < 1000; a += 7)
        for (NodeId b = 0; b < 1000; b += 11)
            g_assert_cmpint(fixture_latency(f, a, b), ==, ms[place[a]][place[b]] * SIM_MS);
    fixture_free(f);
}

static void wrong_files_are_refused_with_their_line(void)
{
    static const struct { const char *bytes, *rest, *fault; } rows[] = {
        { "", "ms, rtt", "m.txt: the file is empty" },
        { " \n\n", "ms, rtt", "m.txt: the file is empty" },
        { "# nothing\n", "ms, rtt", "m.txt:1: the file holds only comments" },
        { "5\n", "ms, rtt", "m.txt:1: 1 values in the first line; a matrix has 2 to 20000" },
        { "0,1\n1,0,2\n", "ms, rtt", "m.txt:2: 3 values where the first line has 2" },
        { "0,1\n1\n", "ms, rtt", "m.txt:2: 1 values where the first line has 2" },
        { "0\t1\n1 0\n", "ms, rtt", "m.txt:2: 1 values where the first line has 2" },
        { "0,1\n1,0\n2,3\n", "ms, rtt", "m.txt:3: one line too many for a matrix of 2 columns" },
        { "0 1 5\n0 2 6\n1 2 7\n1 3 8\n", "ms, rtt", "m.txt:4: one line too many for a matrix of 3 columns; a list reads "
          "'i,j value', or names its columns in the first line" },
        { "0,1,2\n\n1,0,2\n", "ms, rtt", "m.txt:3: the file ends after 2 lines of 3 values; a matrix has as many lines as "
          "columns" },
        { "0,1\n0x10,0\n", "ms, rtt", "m.txt:2: value 1: '0x10' is not a finite number; leave it empty or say NaN where there "
          "is none" },
        { "0,1\n1 ms,0\n", "ms, rtt", "m.txt:2: value 1: '1 ms' is not a finite number; leave it empty or say NaN where there "
          "is none" },
        { "0,1e400\n1,0\n", "ms, rtt", "m.txt:1: the first line is neither numbers of a matrix, nor 'i,j value', nor names of "
          "columns" },
        { "0,1\n1e400,0\n", "ms, rtt", "m.txt:2: value 1: '1e400' is not a finite number; leave it empty or say NaN where "
          "there is none" },
        { "0,1\ninf,0\n", "ms, rtt", "m.txt:2: value 1: 'inf' is not a finite number; leave it empty or say NaN where there "
          "is none" },
        { "0,1\n1,0\n\xff\n", "ms, rtt", "m.txt:3: a byte that is not UTF-8; convert the file, as with iconv" },
        { "<html>\n", "ms, rtt", "m.txt:1: the first line is neither numbers of a matrix, nor 'i,j value', nor names of "
          "columns" },
        { "\x1f\x8bxyz", "ms, rtt", "m.txt: the gzip file is broken or cut short: " },
        { "a,b,c,d\n1,2,3,4\n", "ms, rtt", "m.txt:1: the columns are a, b, c, d; name three of them: "
          "matrix(FILE, UNIT, DIRECTION, FROM, TO, VALUE)" },
        { "from,to,value\n1,2,3\n", "ms, rtt, from, to, vale", "m.txt:1: no column is called 'vale'; did you mean 'value'?" },
        { "from,to,value\n1,2\n", "ms, rtt", "m.txt:2: 2 fields where the first line names 3 columns" },
        { "from,to,value\n1,2,3\n1,3,fast\n", "ms, rtt", "m.txt:3: value 3: 'fast' is not a finite number; leave it empty or "
          "say NaN where there is none" },
        { "from,to,value\n1,,3\n", "ms, rtt", "m.txt:2: an end of the pair has no name" },
        { "from,to,value\n1,1,3\n", "ms, rtt", "m.txt: pairs of 1 row; at least 2 are expected" },
        { "from,to,value\n", "ms, rtt", "m.txt: pairs of 0 rows; at least 2 are expected" },
        { "from,to,value\na,b,\n", "ms, rtt", "m.txt: 2 of 2 ordered pairs have no latency and no way over other rows (first: "
          "from a to b); say missing = drop" },
        { "from,to,value\na,b,3\na,b,4\n", "ms, rtt", "m.txt: the pair from a to b is listed 2 times; say repeats = min, mean "
          "or median" },
        { "1,2 3\n1,3,4\n", "ms, rtt", "m.txt:2: '1,3,4' does not read 'i,j value', as the first line does" },
        { "1,2 3\n1,3 x\n", "ms, rtt", "m.txt:2: value 3: 'x' is not a finite number; leave it empty or say NaN where there "
          "is none" },
        { "0,1\n1,0\n", "ms, rtt, a, b, c", "m.txt:1: the first line names no columns, it holds numbers; leave the names of "
          "columns out for a matrix" },
        { "0,-1\n5,0\n", "ms, rtt, missing = refuse", "m.txt: 1 of 2 ordered pairs have no latency (first: row 1, column 2); "
          "say missing = reverse, two-hop or drop" },
        { "a,b,c\nx,y,1\nz,w,1\n", "ms, rtt", "m.txt: 8 of 12 ordered pairs have no latency and no way over other rows "
          "(first: from x to z); say missing = drop" },
        { "0,0\n0,0\n", "ms, rtt", "m.txt: 2 of 2 ordered pairs have no latency and no way over other rows "
          "(first: row 1, column 2); say missing = drop" },
        { "0,0\n0,0\n", "ms, rtt, missing = drop", "m.txt: dropping rows with missing values leaves 1 of 2; say missing = "
          "reverse or two-hop" },
        { "0,1e300\n1,0\n", "s, rtt", "m.txt: a latency is longer than 36 years; is the unit right?" },
        { "0,1\n1,0\n", "ms", "'direction' is missing; it needs a rtt or one-way: what was measured: a round trip counts half "
          "as one way" },
        { "0,1\n1,0\n", "min, rtt", "'min' is not a choice; did you mean 'ms'?" },
        { "0,1\n1,0\n", "ms, rtt, drop", "'drop' stands where the name of a column is expected; write missing = drop" },
        { "0,1\n1,0\n", "ms, rtt, a, b", "columns are named all three or not at all: FROM, TO, VALUE" },
        { "0,1\n1,0\n", "ms, rtt, mising = drop", "no argument is called 'mising'; did you mean 'missing'?" },
        { "0,1\n1,0\n", "ms, rtt, unit = s", "'unit' is given twice" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = NULL, *want = g_strconcat("x.ini:2: [network] latency: ", rows[i].fault, NULL);
        Fixture *f = matrix_of(rows[i].bytes, rows[i].rest, &got);
        if (g_str_has_suffix(want, ": ") && g_str_has_prefix(got, want)) g_assert_cmpuint(strlen(got), >, strlen(want));
        else g_assert_cmpstr(got, ==, want);
        fixture_free(f);
    }
}

static void a_file_that_is_not_there_is_refused(void)
{
    Fixture *f = fixture_read("matrix(/no/such/file, ms, rtt)");
    g_assert_cmpstr(f->faults, ==,
                    "x.ini:2: [network] latency: '/no/such/file' does not exist (looked for /no/such/file)");
    fixture_free(f);
}

/* The files of the shared data, with the figures that their description gives. */
static void shared_files(void)
{
    static const struct { const char *text; uint32_t places; const char *notes; SimTime ns01, horizon; } rows[] = {
        { "matrix(" DATA "latency/planetlab-490/PlanetLabData_1, ms, rtt)", 490, "PlanetLabData_1: 490 rows", 87500,
          206 * SIM_MS },
        { "matrix(" DATA "latency/seattle-99/SeattleData_1, s, rtt)", 99, "SeattleData_1: 99 rows; 65 of 9702 ordered pairs had "
          "no latency; 21 filled in from the reverse direction; 44 filled in by the best two hops", 85 * SIM_MS, 0 },
        { "matrix(" DATA "latency/seattle-99/SeattleData_300, s, rtt, missing = two-hop)", 99, "SeattleData_300: 99 rows; 54 of "
          "9702 ordered pairs had no latency; 54 filled in by the best two hops", -1, 0 },
        { "matrix(" DATA "latency/wonderproxy-227/latencies.txt, ms, one-way)", 227, "latencies.txt: 227 rows; 51 of 51302 ordered "
          "pairs had no latency; 47 filled in from the reverse direction; 4 filled in by the best two hops", 183605500, 0 },
        { "matrix(" DATA "latency/ripe-atlas-country/country_rtt_stat.csv.gz, ms, rtt, cty1, cty2, rtt_avg)", 173,
          "country_rtt_stat.csv.gz: 173 rows, 6827 pairs from 6827 lines, each for both directions; 16332 of 29756 ordered "
          "pairs had no latency; 16076 filled in by the best two hops; 256 filled in by more hops", 18767997, 0 },
    };
    if (!g_file_test(DATA "latency", G_FILE_TEST_IS_DIR)) {
        g_test_skip("no shared data beside the tree");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture *f = fixture_new(rows[i].text, rows[i].places, 1, PLACEMENT_IN_ORDER);
        g_assert_cmpuint(f->variant->places(f->config), ==, rows[i].places);
        g_assert_cmpstr(f->variant->notes(f->config), ==, rows[i].notes);
        if (rows[i].ns01 >= 0) g_assert_cmpint(fixture_latency(f, 0, 1), ==, rows[i].ns01);
        if (rows[i].horizon) g_assert_cmpfloat(fabs((double)(f->variant->horizon(f->config) - rows[i].horizon)), <, 8e6);
        fixture_free(f);
    }
}

static void measured_directions_are_kept_apart(void)
{
    if (!g_file_test(DATA "latency", G_FILE_TEST_IS_DIR)) {
        g_test_skip("no shared data beside the tree");
        return;
    }
    Fixture *f = fixture_new("matrix(" DATA "latency/wonderproxy-227/latencies.txt, ms, one-way)", 227, 1, PLACEMENT_IN_ORDER);
    uint32_t differ = 0;
    for (NodeId a = 0; a < 227; a++)
        for (NodeId b = 0; b < a; b++) differ += fixture_latency(f, a, b) != fixture_latency(f, b, a);
    /* Of the 25590 that differ in the file, 47 have one direction only; 2 more have none and two ways round. */
    g_assert_cmpuint(differ, ==, 25590 - 47 + 2);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/matrix/" #name, name)
    CASE(forms);
    CASE(a_gzip_file_reads_like_a_plain_one);
    CASE(missing_values);
    CASE(drop_leaves_out_the_row_with_most_holes);
    CASE(repeated_pairs_are_reduced_as_said);
    CASE(two_nodes_on_one_row_have_0_or_the_diagonal);
    CASE(more_nodes_than_rows_share_them);
    CASE(wrong_files_are_refused_with_their_line);
    CASE(a_file_that_is_not_there_is_refused);
    CASE(shared_files);
    CASE(measured_directions_are_kept_apart);
    return g_test_run();
}
