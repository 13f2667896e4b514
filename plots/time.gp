# A quantity over the time of a run, one curve a variant, with what went wrong and when.
#
# usage: gnuplot -c time.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block a curve, blocks split by two blank lines
#        curve   name of the curve
#        time    s since the start of the run
#        mean    mean over replications, in the unit of the label ylabel
#        low     lower end of the 95 % confidence interval of the mean; NaN from one replication
#        high    upper end of it
#        n       replications that have a value there
# labels: those of style.gp; each mark names the failures or repairs of one instant in
#        replication 0 (number: s); where they are too many, each rug is such an instant
if (ARGC != 0 && ARGC != 2) {
    print "time.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

# What happened stands above the axes, a line each, beside its mark on the side with room.
do for [i = 1:marks] {
    y_ = 1 - (2.5 + line_*(lines + i - 0.5))/height
    set arrow from first mark_at[i], graph 0 to first mark_at[i], screen y_ - 0.4*line_/height nohead back \
        linecolor rgb "#606060" linewidth 0.8 dashtype (3, 3)
    if (mark_at[i] < (xmin + xmax)/2) {
        set label mark[i] at first mark_at[i], screen y_ left offset 0.2,0 textcolor rgb "#404040" front
    } else {
        set label mark[i] at first mark_at[i], screen y_ right offset -0.2,0 textcolor rgb "#404040" front
    }
}
do for [i = 1:rugs] {
    set arrow from first rug_at[i], graph 1.01 to first rug_at[i], graph 1.04 nohead \
        linecolor rgb "#606060" linewidth 0.6
}
plot for [i = 1:curves] data index i using 2:4:5 with filledcurves \
         linecolor rgb colors[(i-1)%8+1] fillstyle transparent solid 0.15 noborder notitle, \
     for [i = 1:curves] data index i using 2:3 with linespoints linestyle style(i) \
         pointinterval 8 pointsize 0.8*dot title curve[i]
