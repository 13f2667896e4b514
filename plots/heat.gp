# A metric over two swept keys, as a map of coloured cells; one panel a variant.
#
# usage: gnuplot -c heat.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block a panel, blocks split by two blank lines
#        panel   name of the variant
#        x       place of the first key's value, 1, 2, …
#        y       place of the second key's value, 1, 2, …
#        mean    mean over replications, in the unit of the label clabel
#        value   the mean as text; drawn into the cell where texts = 1
# labels: those of style.gp; xtick and ytick give the values at the places; cmin, cmax
# Colours: cividis (Nunez, Anderton, Renslow, PLoS ONE 13(7), 2018): dark is low, also in grey.
if (ARGC != 0 && ARGC != 2) {
    print "heat.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

set palette defined (0 "#00224E", 1 "#35456C", 2 "#666970", 3 "#948E77", 4 "#C8B866", 5 "#FEE838")
cmin = number("cmin"); cmax = number("cmax")
set cbrange [cmin:cmax]
set cblabel wording("clabel") offset -0.5,0
unset key
set grid noxtics noytics
set tics scale 0
set ylabel offset 0,0
set border 0
set style fill solid 1 noborder
if (ending eq "tex") { set object rectangle from graph 0,0 to graph 1,1 behind fillstyle solid 0.1 noborder }
# White on the dark half, black on the bright one.
ink(v) = (v - cmin) < 0.45*(cmax - cmin) ? 0xffffff : 0x000000
gap = 1.0/(width > 100 ? 15 : 8)
left = width > 100 ? 0.10 : 0.19
right = 1 - (width > 100 ? 0.13 : 0.24)
each = (right - left + gap/2)/panels
set multiplot
do for [p = 1:panels] {
    set lmargin at screen left + (p - 1)*each
    set rmargin at screen left + p*each - gap/2
    set tmargin at screen 1 - (head + 5)/height
    set bmargin at screen foot/height
    set title panel[p] offset 0,-0.6
    if (p > 1) { set ylabel ""; set ytics format ""; do for [i = 1:yticks] { set ytics add ("" ytick_at[i]) } }
    if (p < panels) { unset colorbox } else { set colorbox }
    plot data index p using 2:3:($2-0.49):($2+0.49):($3-0.49):($3+0.49):4 with boxxyerror linecolor palette notitle, \
         for [i = p:(number("texts") == 1 ? p : 0)] data index i using 2:3:(plain(strcol(5))):(ink($4)) \
             with labels textcolor rgb variable notitle
    unset label 98
    unset label 99
}
unset multiplot
