# A metric of each variant as bars with 95 % intervals.
#
# usage: gnuplot -c bars.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block (one only), blocks split by two blank lines
#        row     name of the variant
#        y       place of its bar, counted from below
#        mean    mean over replications, in the unit of the label xlabel
#        low     lower end of the 95 % confidence interval of the mean; NaN from one replication
#        high    upper end of it
#        n       replications
#        value   the mean and half the interval as text
# labels: those of style.gp; each ytick names a row, each mark gives its value
if (ARGC != 0 && ARGC != 2) {
    print "bars.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

set grid noytics xtics linecolor rgb "#d9d9d9" linewidth 0.6 dashtype solid
set ytics scale 0
if (number("above") == 1) {
    unset ytics
    do for [i = 1:yticks] { set label ytick[i] at graph 0, first ytick_at[i] + 0.36 left offset 0.4,0 }
}
set y2tics () scale 0 offset -0.5,0
do for [i = 1:marks] { set y2tics add (tick(mark[i]) mark_at[i]) }
set y2range [ymin:ymax]
top = number("above") == 1 ? 0.14 : 0.3
# The values stand beside the bars, so the axis needs no more than two or three steps.
most = 0
do for [i = 1:marks] { v = abs(real(word(mark[i], 1))); most = v > most ? v : most }
if (most > 0) {
    power = 10.0**floor(log10(most))
    share = most/power
    step = share < 1.5 ? power/2 : share < 2 ? power : share < 5 ? 2*power : 5*power
    set xtics 0, step
}
set style fill solid 1 border rgb "#0072B2"
plot data index 1 using (0):2:(0):3:($2 - 0.3):($2 + top) with boxxyerror \
         linecolor rgb "#a9cfe6" linewidth 0.8 notitle, \
     data index 1 using 3:2:(valid(4) ? $4 : $3):(valid(5) ? $5 : $3) with xerrorbars \
         pointtype 7 pointsize 0.6*dot linecolor rgb "#202020" linewidth 1.2 notitle
