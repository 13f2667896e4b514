# What lies between: the quartiles and the tails of a quantity, one box a row.
#
# usage: gnuplot -c box.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block (one only), blocks split by two blank lines
#        row     name
#        y       place of its box, counted from below
#        p5, p25, p50, p75, p95    percentiles, in the unit of the label xlabel
#        p99     the same, drawn as a mark
#        n       values
# labels: those of style.gp; each ytick names a row, each mark gives its median
if (ARGC != 0 && ARGC != 2) {
    print "box.gp needs DATA and IMAGE; see the first lines of the file"
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
    do for [i = 1:yticks] { set label ytick[i] at graph 0, first ytick_at[i] + 0.28 left offset 0.4,0 }
}
set y2tics () scale 0 offset -0.5,0
do for [i = 1:marks] { set y2tics add (tick(mark[i]) mark_at[i]) }
set y2range [ymin:ymax]
above = number("above") == 1
half = above ? 0.18 : 0.27              # of a box
at(y) = above ? y - 0.14 : y
plot data index 1 using 3:(at($2)):($4 - $3):(0) with vectors nohead linecolor rgb "#202020" linewidth 1 notitle, \
     data index 1 using 6:(at($2)):($7 - $6):(0) with vectors nohead linecolor rgb "#202020" linewidth 1 notitle, \
     data index 1 using 3:(at($2) - half/2):(0):(half) with vectors nohead linecolor rgb "#202020" notitle, \
     data index 1 using 7:(at($2) - half/2):(0):(half) with vectors nohead linecolor rgb "#202020" notitle, \
     data index 1 using 4:(at($2)):4:6:(at($2) - half):(at($2) + half) with boxxyerror \
         fillstyle solid 1 border rgb "#0072B2" linecolor rgb "#a9cfe6" linewidth 0.8 notitle, \
     data index 1 using 5:(at($2) - half):(0):(2*half) \
         with vectors nohead linecolor rgb "#202020" linewidth 2 notitle, \
     data index 1 using 8:(at($2)) with points pointtype 6 pointsize 0.7*dot linecolor rgb "#202020" notitle
