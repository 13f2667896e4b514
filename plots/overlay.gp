# An overlay as drawn by its layout, with what failed in it; one panel a variant.
#
# usage: gnuplot -c overlay.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block (two a panel), blocks split by two blank lines
# blocks 1, 3, … the links of a panel
#        link    names of the two ends, as text
#        x1, y1  place of one end, 0..1
#        x2, y2  place of the other end, 0..1
#        state   0 up, 1 cut or at a dead node, 2 between nodes that were cut off
# blocks 2, 4, … its nodes
#        node    name
#        x, y    place, 0..1
#        state   0 reached, 1 dead (down at the end), 2 cut off (up, but not reached), 3 source,
#                4 no member of the group
#        size    of the mark; 1 is usual
#        value   what the colour of a reached node says, in the unit of the label clabel
# labels: those of style.gp; each panel is a name; named = 1 says in a key what the states
#        mean; labelled = 1 writes the names of the nodes beside them; thin: width of the
#        links; cmin, cmax: ends of the colours, where the colour says something
if (ARGC != 0 && ARGC != 2) {
    print "overlay.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

unset border
unset tics
unset grid
unset key
unset xlabel
unset ylabel
rows = panels > 3 ? 2 : 1
across = (panels + rows - 1)/rows
source = "#009E73"
reached = "#56B4E9"
lost = "#D55E00"
dead = "#000000"
shaded = known(number("cmax"))
if (shaded) {                           # dark is soon, or many; light enough to differ from the dead
    set palette defined (0 "#30408C", 1 "#3F7FB5", 2 "#6CB8B0", 3 "#B9DE86", 4 "#FDE725")
    set cbrange [number("cmin"):number("cmax")]
    set cblabel wording("clabel") offset -0.5,0
    set cbtics scale 0.5 offset -0.5,0
}
thin = or(number("thin"), 0.5)
set xrange [-0.04:1.04]
set yrange [-0.04:1.04]
set size ratio -1
foot = number("named") == 1 ? 8.0 : 1.0
top = 1 - (head + 0.5)/height
bottom = foot/height
page = shaded ? 1 - 15/width : 1
mark_size = dot*(width/across > 80 ? 0.9 : 0.75)
set multiplot
do for [p = 1:panels] {
    column_ = (p - 1) % across
    row_ = (p - 1)/across
    set lmargin at screen page*(column_ + 0.02)/across
    set rmargin at screen page*(column_ + 0.98)/across
    set tmargin at screen top - row_*(top - bottom)/rows - (across > 1 ? 8.5 : 5)/height
    set bmargin at screen top - (row_ + 1)*(top - bottom)/rows
    set title panel[p] offset 0,-0.6
    if (p == panels && shaded) { set colorbox user origin screen 1 - 14/width, screen 0.25 \
        size screen 3/width, screen 0.5 } else { unset colorbox }
    l = 2*p - 1
    n = 2*p
    mark_(s) = column(4) == s ? column(3) : 9         # out of sight; NaN alone would be a warning
    lines_(s) = column(6) == s ? column(3) : 9
    plot data index l using 2:(lines_(0)):($4 - $2):($5 - $3) \
             with vectors nohead linecolor rgb "#a8a8a8" linewidth thin notitle, \
         data index l using 2:(lines_(1)):($4 - $2):($5 - $3) \
             with vectors nohead linecolor rgb "#d0d0d0" linewidth thin dashtype (2, 3) notitle, \
         data index l using 2:(lines_(2)):($4 - $2):($5 - $3) \
             with vectors nohead linecolor rgb lost linewidth 1.6*thin notitle, \
         data index n using 2:(mark_(4)):(0.6*mark_size*$5) \
             with points pointtype 7 pointsize variable linecolor rgb "#c4c4c4" notitle, \
         for [i = n:(shaded ? 0 : n)] data index i using 2:(mark_(0)):(mark_size*$5) \
             with points pointtype 7 pointsize variable linecolor rgb reached notitle, \
         for [i = n:(shaded ? n : 0)] data index i using 2:(mark_(0)):(mark_size*$5):6 \
             with points pointtype 7 pointsize variable linecolor palette notitle, \
         data index n using 2:(mark_(1)):(0.9*mark_size*$5) \
             with points pointtype 2 pointsize variable linecolor rgb dead linewidth 0.7 notitle, \
         data index n using 2:(mark_(2)):(mark_size*$5) \
             with points pointtype 5 pointsize variable linecolor rgb lost notitle, \
         data index n using 2:(mark_(3)):(mark_size*($5 > 0.8 ? 1.5*$5 : 1.2)) \
             with points pointtype 13 pointsize variable linecolor rgb source notitle, \
         for [i = n:(number("labelled") == 1 ? n : 0)] data index i using 2:3:(plain(strcol(1))) \
             with labels left offset 0.6,0.3 notitle
    unset label 98
    unset label 99
}
if (number("named") == 1) {             # a last panel without axes, as wide as the page, for the key
    unset title
    unset colorbox
    set lmargin at screen 0.02
    set rmargin at screen 0.98
    set key at screen 0.5, screen 4/height center horizontal maxcols 5 samplen 1 width -0.5
    plot NaN with points pointtype 13 pointsize 1.2*dot linecolor rgb source title "source", \
         NaN with points pointtype 7 pointsize dot linecolor rgb reached title "reached", \
         NaN with points pointtype 5 pointsize dot linecolor rgb lost title "cut off", \
         NaN with points pointtype 2 pointsize dot linecolor rgb dead title "dead", \
         NaN with lines linecolor rgb "#b0b0b0" linewidth 0.8 dashtype (2, 3) title "dead link"
}
unset multiplot
