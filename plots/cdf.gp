# Distribution of a quantity, one step curve a variant: its CDF, or its tail.
#
# usage: gnuplot -c cdf.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block a curve, blocks split by two blank lines
#        curve   name of the curve
#        value   in the unit of the label xlabel
#        share   of all values: at most this one (CDF), or above it (tail), 0..1
# labels: those of style.gp; the tail has ylog = 1
if (ARGC != 0 && ARGC != 2) {
    print "cdf.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

set grid xtics ytics linecolor rgb "#d9d9d9" linewidth 0.6 dashtype solid
plot for [i = 1:curves] data index i using 2:3 with steps linestyle style(i) linewidth 1.6 title curve[i]
