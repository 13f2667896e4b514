# A metric against what was swept, with 95 % intervals, one curve a variant.
#
# usage: gnuplot -c sweep.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block a curve, blocks split by two blank lines
#        curve   name of the curve
#        x       value of the swept key, in the unit of the label xlabel (1, 2, … where it has no number)
#        mean    mean over replications, in the unit of the label ylabel
#        low     lower end of the 95 % confidence interval of the mean; NaN from one replication
#        high    upper end of it
#        n       replications
# labels: those of style.gp; band = 1 draws the intervals as bands; named = 1 says that x
#        has names, not numbers: no lines, and the curves side by side
if (ARGC != 0 && ARGC != 2) {
    print "sweep.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

if (number("band") == 1) {
    plot for [i = 1:curves] data index i using 2:4:5 with filledcurves \
             linecolor rgb colors[(i-1)%8+1] fillstyle transparent solid 0.18 noborder notitle, \
         for [i = 1:curves] data index i using 2:3 with lines linestyle style(i) title curve[i]
} else { if (number("named") == 1) {
    beside(x, i) = x + 0.3*(i - (curves + 1)/2.0)/curves
    plot for [i = 1:curves] data index i using (beside($2, i)):3:(valid(4) ? $4 : $3):(valid(5) ? $5 : $3) \
             with yerrorbars linestyle style(i) dashtype solid title curve[i]
} else {
    plot for [i = 1:curves] data index i using 2:3:(valid(4) ? $4 : $3):(valid(5) ? $5 : $3) \
             with yerrorlines linestyle style(i) title curve[i]
} }
