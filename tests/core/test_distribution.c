/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws have the means and quantiles of the textbook, and no argument crashes them. */
#include "core/distribution.h"

#include <glib/gstdio.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "core/error.h"

/* Mean and median in ms; deviation NaN where it is infinite. */
static const struct { const char *text; LawKind kind; double mean, median, deviation, least; } rows[] = {
    { "5 ms", LAW_CONSTANT, 5, 5, 0, 5 },
    { "constant(5 ms)", LAW_CONSTANT, 5, 5, 0, 5 },
    { "uniform(10 ms, 100 ms)", LAW_UNIFORM, 55, 55, 25.98076211353316, 10 },
    { "uniform(7 ms, 7 ms)", LAW_UNIFORM, 7, 7, 0, 7 },
    { "normal(50 ms, 10 ms)", LAW_NORMAL, 50.00001486719941, 50.00000359264467, 9.999962831, 0 },
    { "normal(0 ms, 10 ms)", LAW_NORMAL, 7.978845608028654, 6.744897501960817, 6.028102749890869, 0 },
    { "normal(5 ms, 0 ms)", LAW_NORMAL, 5, 5, 0, 5 },
    { "lognormal(20 ms, 0.5)", LAW_LOGNORMAL, 22.662969061336526, 20, 12.07810144, 0 },
    { "exponential(30 ms)", LAW_EXPONENTIAL, 30, 20.79441541679836, 30, 0 },
    { "pareto(10 ms, 3)", LAW_PARETO, 15, 12.599210498948732, 8.660254037844387, 10 },
    { "weibull(10 ms, 2)", LAW_WEIBULL, 8.862269254527580, 8.325546111576978, 4.632513751, 0 },
    { "weibull(10 ms, 0.5)", LAW_WEIBULL, 20, 4.804530139182014, 44.72135954999579, 0 },
    { "gamma(10 ms, 4)", LAW_GAMMA, 10, 9.180151872127238, 5, 0 },
    { "gamma(10 ms, 0.1)", LAW_GAMMA, 10, 0.05933911044602, 31.622776601683793, 0 },
};

static Distribution parsed(const char *text)
{
    g_autoptr(GError) error = NULL;
    Distribution law;
    distribution_parse(text, UNIT_TIME, "/", &law, &error);
    g_assert_no_error(error);
    return law;
}

static void laws_have_the_mean_and_median_of_the_textbook(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Distribution law = parsed(rows[i].text);
        g_test_message("%s: mean %.10g median %.10g", rows[i].text, distribution_mean(&law) / 1e6,
                       distribution_quantile(&law, 0.5) / 1e6);
        g_assert_cmpint(law.kind, ==, rows[i].kind);
        g_assert_cmpfloat_with_epsilon(distribution_mean(&law) / 1e6, rows[i].mean, 1e-9 * rows[i].mean);
        g_assert_cmpfloat_with_epsilon(distribution_quantile(&law, 0.5) / 1e6, rows[i].median, 1e-9 * rows[i].median);
        g_assert_true(distribution_least(&law) == rows[i].least * 1e6);
    }
}

static void draws_have_the_mean_and_median_of_their_law(void)
{
    enum { DRAWS = 40000 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Distribution law = parsed(rows[i].text);
        Random random = random_stream(1, rows[i].text, 0);
        double sum = 0, below = 0;
        for (int d = 0; d < DRAWS; d++) {
            double value = distribution_draw(&law, &random) / 1e6;
            g_assert_cmpfloat(value, >=, rows[i].least);
            sum += value;
            below += value < rows[i].median;
        }
        g_test_message("%s", rows[i].text);
        double allowed = 4 * rows[i].deviation / sqrt(DRAWS) + 1e-9 * rows[i].mean;
        g_assert_cmpfloat(fabs(sum / DRAWS - rows[i].mean), <=, allowed);
        if (rows[i].deviation > 0) g_assert_cmpfloat(fabs(below / DRAWS - 0.5), <, 4 * 0.5 / sqrt(DRAWS));
        g_assert_cmpuint(random.drawn, ==, law.kind == LAW_CONSTANT ? 0 : DRAWS);
    }
}

static void a_gamma_law_inverts_its_distribution_function(void)
{
    static const double shapes[] = { 0.001, 0.01, 0.1, 0.5, 1, 1.1, 3, 30, 1000, 10000 };
    static const double shares[] = { 0x1p-53, 1e-9, 1e-3, 0.1, 0.3, 0.499999,
                                     0.5, 0.7, 0.9, 0.999, 1 - 1e-9, 1 - 0x1p-53 };
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(shares); j++) {
            Distribution law = { .kind = LAW_GAMMA, .a = shapes[i], .b = shapes[i] };   /* scale 1 */
            double u = shares[j], x = distribution_quantile(&law, u);
            g_test_message("shape %g, share %g: %g", shapes[i], u, x);
            g_assert_true(isfinite(x) && x >= 0);
            if (x < 1e-300) continue;                       /* out of range of doubles */
            double off = u < 0.5 ? gsl_cdf_gamma_P(x, shapes[i], 1) / u : gsl_cdf_gamma_Q(x, shapes[i], 1) / (1 - u);
            g_assert_cmpfloat_with_epsilon(off, 1, 1e-9);
        }
}

static void the_ends_of_a_stream_give_finite_draws(void)
{
    static const char *const texts[] = {
        "uniform(0 s, 292 h)", "normal(0 s, 1 s)", "normal(1000 h, 1 ns)", "lognormal(1 s, 1000)", "exponential(1 h)",
        "pareto(1 s, 0.001)", "weibull(1 s, 0.001)", "weibull(1 s, 1000)", "gamma(1 h, 0.001)", "gamma(1 h, 10000)",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        for (int end = 0; end < 2; end++) {
            Distribution law = parsed(texts[i]);
            Random random = { .drawn = 1, .spare = end ? UINT64_MAX : 0 }, again = random;
            double value = distribution_draw(&law, &random);
            g_test_message("%s: %g", texts[i], value);
            double median = fmin(distribution_quantile(&law, 0.5), 0x1p62);
            g_assert_true(value >= 0 && value <= 0x1p62);
            g_assert_true(end ? value >= median : value <= median);
            g_assert_cmpint(distribution_time(&law, &again), >=, 0);
            g_assert_false(isnan(distribution_mean(&law)));
        }
    Distribution normal = parsed("normal(0 s, 1 s)");
    g_assert_cmpfloat(distribution_quantile(&normal, 1 - 0x1p-53), <, 9e9);
    Distribution heavy = parsed("pareto(1 s, 1)");
    g_assert_true(isinf(distribution_mean(&heavy)));
}

static void every_wrong_text_has_its_error(void)
{
    static const struct { const char *text; int error; } faults[] = {
        { "", SIM_ERROR_SYNTAX },                        { "5", SIM_ERROR_SYNTAX },
        { "5 kB", SIM_ERROR_SYNTAX },                    { "-5 ms", SIM_ERROR_RANGE },
        { "constant()", SIM_ERROR_SYNTAX },              { "constant(1 ms, 2 ms)", SIM_ERROR_SYNTAX },
        { "uniform(1 ms)", SIM_ERROR_SYNTAX },           { "uniform(1 ms, 2 ms, 3 ms)", SIM_ERROR_SYNTAX },
        { "uniform(1 ms, 2)", SIM_ERROR_SYNTAX },        { "uniform(2 ms, 1 ms)", SIM_ERROR_RANGE },
        { "uniform(1 ms, 2 ms", SIM_ERROR_SYNTAX },      { "uniform(1 ms, 2 ms))", SIM_ERROR_SYNTAX },
        { "normal(-1 ms, 1 ms)", SIM_ERROR_RANGE },      { "lognormal(1 ms, 1 ms)", SIM_ERROR_SYNTAX },
        { "lognormal(1 ms, 0)", SIM_ERROR_RANGE },       { "lognormal(0 ms, 1)", SIM_ERROR_RANGE },
        { "exponential(0 ms)", SIM_ERROR_RANGE },        { "exponential(1e308 h)", SIM_ERROR_RANGE },
        { "pareto(1 ms, -1)", SIM_ERROR_RANGE },         { "weibull(1 ms, nan)", SIM_ERROR_SYNTAX },
        { "gamma(1 ms, 0)", SIM_ERROR_RANGE },           { "gamma(1 ms, 0.0001)", SIM_ERROR_RANGE },
        { "gamma(1 ms, 20000)", SIM_ERROR_RANGE },       { "gauss(1 ms, 1 ms)", SIM_ERROR_UNKNOWN },
        { "Uniform(1 ms, 2 ms)", SIM_ERROR_UNKNOWN },    { "empirical(no/such/file)", SIM_ERROR_FILE },
        { "empirical()", SIM_ERROR_FILE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(GError) error = NULL;
        Distribution law = { .a = 42 };
        g_test_message("'%s'", faults[i].text);
        g_assert_false(distribution_parse(faults[i].text, UNIT_TIME, "/", &law, &error));
        g_assert_error(error, SIM_ERROR, faults[i].error);
        g_assert_true(law.a == 42);
    }
}

typedef struct { char *directory, *path; } Place;

static void set_up(Place *place, gconstpointer unused)
{
    (void)unused;
    place->directory = g_dir_make_tmp("banyan-XXXXXX", NULL);
    place->path = g_build_filename(place->directory, "delays", NULL);
}

static void tear_down(Place *place, gconstpointer unused)
{
    (void)unused;
    g_unlink(place->path);
    g_rmdir(place->directory);
    g_free(place->path);
    g_free(place->directory);
}

static void a_file_of_values_is_a_law(Place *place, gconstpointer unused)
{
    (void)unused;
    g_assert_true(g_file_set_contents(place->path, "# measured\n30 ms\r\n10 ms\n\n  20 ms  \n40 ms", -1, NULL));
    Distribution law;
    g_assert_true(distribution_parse("empirical(delays)", UNIT_TIME, place->directory, &law, NULL));
    g_assert_cmpuint(law.count, ==, 4);
    g_assert_cmpfloat(distribution_mean(&law), ==, 25e6);
    g_assert_cmpfloat(distribution_least(&law), ==, 10e6);
    static const double quarters[] = { 0.1, 10e6, 0.3, 20e6, 0.6, 30e6, 0.9, 40e6 };
    for (int i = 0; i < 8; i += 2) g_assert_cmpfloat(distribution_quantile(&law, quarters[i]), ==, quarters[i + 1]);
    Random top = { .drawn = 1, .spare = UINT64_MAX };
    g_assert_cmpfloat(distribution_draw(&law, &top), ==, 40e6);
    Random random = random_stream(1, "test/empirical", 0);
    uint32_t counts[4] = { 0 };
    for (int i = 0; i < 40000; i++) counts[distribution_time(&law, &random) / (10 * SIM_MS) - 1]++;
    for (int i = 0; i < 4; i++) g_assert_cmpfloat(fabs(counts[i] - 10000.0), <, 4 * sqrt(40000 * 0.25 * 0.75));
    distribution_clear(&law);
    g_assert_cmpint(law.kind, ==, LAW_ABSENT);
}

static void a_bad_file_is_refused_with_its_line(Place *place, gconstpointer unused)
{
    (void)unused;
    static const struct { const char *content; int error; const char *says; } files[] = {
        { "10 ms\n20\n", SIM_ERROR_SYNTAX, "delays:2: '20' needs a unit: ns, us, ms, s, min or h" },
        { "# nothing\n\n", SIM_ERROR_FILE, "'delays' holds no value; one with its unit on each line" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GError) error = NULL;
        Distribution law = { .a = 42 };
        g_assert_true(g_file_set_contents(place->path, files[i].content, -1, NULL));
        g_assert_false(distribution_parse("empirical(delays)", UNIT_TIME, place->directory, &law, &error));
        g_assert_error(error, SIM_ERROR, files[i].error);
        g_assert_cmpstr(error->message, ==, files[i].says);
        g_assert_true(law.a == 42);
    }
}

#define CASE(name) g_test_add_func("/distribution/" #name, name)
#define FILE_CASE(name) g_test_add("/distribution/" #name, Place, NULL, set_up, name, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(laws_have_the_mean_and_median_of_the_textbook);
    CASE(draws_have_the_mean_and_median_of_their_law);
    CASE(a_gamma_law_inverts_its_distribution_function);
    CASE(the_ends_of_a_stream_give_finite_draws);
    CASE(every_wrong_text_has_its_error);
    FILE_CASE(a_file_of_values_is_a_law);
    FILE_CASE(a_bad_file_is_refused_with_its_line);
    return g_test_run();
}
