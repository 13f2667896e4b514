# Paired differences to one variant, as a forest plot: a row each, zero is "no difference".
#
# usage: gnuplot -c forest.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block (one only), blocks split by two blank lines
#        row     name of the row: variant, and setting of the sweep
#        y       place of the row, counted from below
#        mean    mean over replications of (value - value of the variant compared against, same replication)
#        low     lower end of the 95 % confidence interval of the mean difference; NaN from one pair
#        high    upper end of it
#        n       pairs
#        value   the difference and half the interval as text
# labels: those of style.gp; each ytick names a row, each mark gives its value
if (ARGC != 0 && ARGC != 2) {
    print "forest.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

set grid noytics xtics linecolor rgb "#d9d9d9" linewidth 0.6 dashtype solid
set ytics scale 0
set style textbox opaque noborder margins 0.3,0.1
if (number("above") == 1) {
    unset ytics
    do for [i = 1:yticks] { set label ytick[i] at graph 0, first ytick_at[i] + 0.36 left offset 0.4,0 front boxed }
}
set y2tics () scale 0 offset -0.5,0
do for [i = 1:marks] { set y2tics add (tick(mark[i]) mark_at[i]) }
set y2range [ymin:ymax]
set border 1
set arrow from first 0, graph 0 to first 0, graph 1 nohead back linecolor rgb "#404040" linewidth 1
plot data index 1 using 3:2:(valid(4) ? $4 : $3):(valid(5) ? $5 : $3) with xerrorbars linestyle 1 linewidth 1.6 notitle
