# A publication as it spreads over the overlay, as a film: one panel a variant.
#
# usage: gnuplot -c spread.gp DATA IMAGE     IMAGE ends in .gif (the film), .svg or .png (its end,
#                                        and the frames beside it: NAME-001.svg, …)
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.gif
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; a header line, then a block (two a panel), blocks split by two blank lines
# blocks 1, 3, … the links of a panel
#        x1, y1  place of one end, 0..1
#        x2, y2  place of the other end, 0..1
# blocks 2, 4, … its nodes
#        node    name
#        x, y    place, 0..1
#        got     ms after the publication at which it arrived; 1e12 where it never did
#        down    ms at which the node went down; 1e12 if it did not
#        up      ms at which it came up again
#        source  1 for the node that published
#        size    of the mark; 1 is usual
# labels: those of style.gp; each panel is a name; frames; span: ms that the film shows;
#        thin: width of the links
if (ARGC != 0 && ARGC != 2) {
    print "spread.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".gif"
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
set xrange [-0.04:1.04]
set yrange [-0.04:1.04]
set size ratio -1
top = 1 - (head + 5)/height
bottom = 8/height
mark_size = dot*(width/across > 80 ? 0.9 : 0.75)
frames = number("frames")
span = number("span")
is_down(d, u) = d <= now && now < u
state(g, d, u, s) = is_down(d, u) ? 1 : s == 1 ? 3 : g <= now ? 0 : 2
mark_(s) = state(column(4), column(5), column(6), column(7)) == s ? column(3) : 9       # 9 is out of sight
wire = number("thin") < 0.5 ? "#e9e9e9" : "#d0d0d0"
do for [frame = 1:frames + (ending eq "gif" ? 0 : 1)] {
    shown = frame > frames ? frames : frame
    now = span*(shown - 1)/(frames - 1)
    if (ending ne "gif") {
        set output frame > frames ? image : image[1:strlen(image)-4].sprintf("-%03d.", frame).ending
    }
    set multiplot
    set label 99 wording("title") at screen 0.5, screen 1 - 2.6/height center
    set label 97 sprintf("%.0f ms after the publication", now) at screen 0.5, screen 1 - (head + 2.0)/height center
    do for [p = 1:panels] {
        column_ = (p - 1) % across
        row_ = (p - 1)/across
        set lmargin at screen (column_ + 0.02)/across
        set rmargin at screen (column_ + 0.98)/across
        set tmargin at screen top - row_*(top - bottom)/rows - 5/height
        set bmargin at screen top - (row_ + 1)*(top - bottom)/rows
        set title panel[p] offset 0,-0.6
        l = 2*p - 1
        n = 2*p
        plot data index l using 1:2:($3 - $1):($4 - $2) \
                 with vectors nohead linecolor rgb wire linewidth number("thin") notitle, \
             data index n using 2:(mark_(2)):(0.7*mark_size*$8) \
                 with points pointtype 7 pointsize variable linecolor rgb "#b4bac0" notitle, \
             data index n using 2:(mark_(1)):(0.9*mark_size*$8) \
                 with points pointtype 2 pointsize variable linecolor rgb "#000000" notitle, \
             data index n using 2:(mark_(0)):(mark_size*$8) \
                 with points pointtype 7 pointsize variable linecolor rgb "#0072B2" notitle, \
             data index n using 2:(mark_(3)):(mark_size*($8 > 0.8 ? 1.5*$8 : 1.2)) \
                 with points pointtype 13 pointsize variable linecolor rgb "#009E73" notitle
        unset label 99
        unset label 98
        unset label 97
    }
    unset title
    set lmargin at screen 0.02
    set rmargin at screen 0.98
    set key at screen 0.5, screen 4/height center horizontal maxcols 4 samplen 1 width -0.5
    plot NaN with points pointtype 13 pointsize 1.2*dot linecolor rgb "#009E73" title "source", \
         NaN with points pointtype 7 pointsize dot linecolor rgb "#0072B2" title "reached", \
         NaN with points pointtype 7 pointsize 0.7*dot linecolor rgb "#b4bac0" title "not yet", \
         NaN with points pointtype 2 pointsize dot linecolor rgb "#000000" title "dead"
    unset key
    unset multiplot
}
