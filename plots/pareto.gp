# Cost against benefit: one metric against another, one mark a variant and setting.
#
# usage: gnuplot -c pareto.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block a curve, blocks split by two blank lines
#        curve   name of the curve
#        x       mean over replications of the cost, in the unit of the label xlabel
#        y       mean over replications of the benefit, in the unit of the label ylabel
#        xlow    lower end of the 95 % confidence interval of x; NaN from one replication
#        xhigh   upper end of it
#        ylow    the same for y
#        yhigh
#        point   setting of the sweep; rows stand in its order and are joined by a line
if (ARGC != 0 && ARGC != 2) {
    print "pareto.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

set grid xtics ytics linecolor rgb "#d9d9d9" linewidth 0.6 dashtype solid
plot for [i = 1:curves] data index i using 2:3 with lines linestyle style(i) linewidth 0.7 notitle, \
     for [i = 1:curves] data index i using \
         2:3:(valid(4) ? $4 : $2):(valid(5) ? $5 : $2):(valid(6) ? $6 : $3):(valid(7) ? $7 : $3) \
         with xyerrorbars linestyle style(i) dashtype solid title curve[i]
