# What the nodes of a run send each other, as a message-sequence chart: time runs down.
#
# usage: gnuplot -c sequence.gp DATA IMAGE     IMAGE ends in .svg, .pdf, .png or .tex
#        gnuplot NAME.gp                  a copy NAME.gp draws NAME.tsv as NAME.svg
#        Labels come from NAME.labels.tsv beside DATA, the look from style.gp beside this file.
# data:  tab-separated; header lines, then these blocks, split by two blank lines; x is the number
#        of a lifeline, y mm below the first instant; a text is followed by the same for TeX
#        1  lifelines        x, y1, y2, 1 where it is down
#        2  bars             x1, x2, y1, y2, 1 at work or 0 waiting
#        3  arrows           x1, y1, x2, y2, kind, packets
#        4  a node to itself x, y1, width, y2, kind, packets
#           kind: 0 carries something, 1 is of the transport alone, 2 lost, 3 under way at the end
#        5  their labels     text, TeX, x, y, degrees, 1 of the transport alone
#        6  notes to the right of a lifeline, 7 to the left: text, TeX, x, y, 1 where something went
#                            wrong or 2 of a packet
#        8  crashes, restarts: x, y, 0 crash or 1 up again
#        9  breaks           x, y, how far to the right: idle time is left out
#        10 heads            text, TeX, x, second line
#        11 what concerns all: text, TeX, y
# labels: those of style.gp; depth: mm from the first instant to the last; lifelines: how many
if (ARGC != 0 && ARGC != 2) {
    print "sequence.gp needs DATA and IMAGE; see the first lines of the file"
    exit status 2
}
data = ARGC ? ARG1 : ARG0[1:strlen(ARG0)-3].".tsv"
image = ARGC ? ARG2 : ARG0[1:strlen(ARG0)-3].".svg"
slash = 0
do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { slash = i } }
load (slash ? ARG0[1:slash] : "./")."style.gp"

depth = number("depth")
columns_ = number("lifelines")
left_ = 17.0
gap = (width - left_ - 2)/columns_       # mm
small = ending eq "svg" ? ",9.2" : ending eq "tex" ? ",7" : ",7"
bold = 1.25
blue = "#0072B2"
grey = "#707070"
red = "#D55E00"
kept(s) = swap(s, "\\", "\\\\")         # labels of data obey escapes
said(c) = kept(plain(strcol(language == 3 ? c + 1 : c)))
# What there is decides what the key explains.
seen = 0
note_(bit) = (seen = seen | bit, 0)
stats data index 1 using ($4 == 1 ? note_(1) : 0) nooutput
stats data index 2 using ($2 > 0 ? note_($5 == 1 ? 2 : 4) : 0) nooutput
stats data index 3 using ($6 > 0 ? note_($5 == 2 ? 8 : $5 == 3 ? 16 : $5 == 0 ? 256 : 512) : 0) nooutput
stats data index 4 using ($6 > 0 && $5 == 2 ? note_(128) : 0) nooutput
stats data index 8 using ($1 > 0 ? note_($3 == 0 ? 32 : 64) : 0) nooutput

set border 0
unset xtics
set xrange [0.5:columns_ + 0.5]
set yrange [depth:-12]
set lmargin at screen left_/width
set rmargin at screen 1 - 2.0/width
set ytics scale 0 font small offset 0.6,0 textcolor rgb "#404040"
set grid ytics linecolor rgb "#ececec" linewidth 0.5 dashtype solid
unset ylabel
set label 97 wording("ylabel") at screen (left_ - 1.2)/width, first -4.9 right font small textcolor rgb "#404040"
unset xlabel
set key at screen 0.5, screen 13.2/height center top horizontal Left reverse samplen 2 width -1 spacing 0.95 \
    maxcols 4 maxrows 2 font small
set style arrow 1 head filled size screen 1.9/width,18 linecolor rgb blue linewidth 1.1
set style arrow 2 head filled size screen 1.7/width,18 linecolor rgb grey linewidth 0.7
set style arrow 3 nohead linecolor rgb red linewidth 1.1 dashtype (4, 2)
set style arrow 4 nohead linecolor rgb grey linewidth 0.9 dashtype (1, 2)

at(ok, v) = ok ? v : -9                 # or out of sight
plot data index 1 using (at($4 == 0, $1)):2:(0):($3 - $2) \
         with vectors nohead linecolor rgb "#909090" linewidth 0.9 notitle, \
     data index 1 using (at($4 == 1, $1)):2:(0):($3 - $2) with vectors nohead linecolor rgb "#909090" linewidth 0.9 \
         dashtype (3, 4) notitle, \
     data index 11 using (0.5):3:(columns_):(0) \
         with vectors nohead linecolor rgb red linewidth 0.7 dashtype (6, 3) notitle, \
     data index 2 using (at($5 == 0, $1)):3:(at($5 == 0, $1)):(at($5 == 0, $2)):3:4 with boxxyerror \
         fillcolor rgb "#ffffff" fillstyle solid 1 border rgb "#606060" linewidth 0.7 notitle, \
     data index 2 using (at($5 == 1, $1)):3:(at($5 == 1, $1)):(at($5 == 1, $2)):3:4 with boxxyerror \
         fillcolor rgb "#b9c4cc" fillstyle solid 1 border rgb "#606060" linewidth 0.7 notitle, \
     data index 10 using 3:(-7):($3 - 0.46):($3 + 0.46):(-11.5):(-2.5) with boxxyerror fillcolor rgb "#f2f2f2" \
         fillstyle solid 1 border rgb "#606060" linewidth 0.7 notitle, \
     data index 10 using 3:(-8.8):(said(1)) with labels center notitle, \
     data index 10 using 3:(-4.9):(kept(plain(strcol(4)))) \
         with labels center font small textcolor rgb "#505050" notitle, \
     data index 9 using 1:2:($1 - 1.8/gap):($1 + $3):($2 - 1.0):($2 + 1.0) \
         with boxxyerror fillcolor rgb "#ffffff" \
         fillstyle solid 1 noborder notitle, \
     data index 9 using ($1 - 1.8/gap):($2 - 0.4):(1.8/gap + $3):(-1.2) \
         with vectors nohead linecolor rgb "#606060" linewidth 0.8 notitle, \
     data index 9 using ($1 - 1.8/gap):($2 + 1.6):(1.8/gap + $3):(-1.2) \
         with vectors nohead linecolor rgb "#606060" linewidth 0.8 notitle, \
     for [k = 0:3] data index 3 using (at($5 == k, $1)):2:($3 - $1):($4 - $2) with vectors arrowstyle k + 1 notitle, \
     for [i = 3:(seen & 8 ? 3 : 0)] data index i using (at($5 == 2, $3)):4 \
         with points pointtype 2 pointsize 0.9*dot linecolor rgb red linewidth 1.6 notitle, \
     data index 4 using 1:2:3:(0) with vectors nohead linecolor rgb blue linewidth 1.1 notitle, \
     data index 4 using ($1 + $3):2:(0):($4 - $2) with vectors nohead linecolor rgb blue linewidth 1.1 notitle, \
     data index 4 using (at($5 < 2, $1 + $3)):4:(-$3):(0) with vectors arrowstyle 1 notitle, \
     for [i = 4:(seen & 128 ? 4 : 0)] data index i using (at($5 == 2, $1 + $3)):4 \
         with points pointtype 2 pointsize 0.9*dot linecolor rgb red linewidth 1.6 notitle, \
     for [i = 8:(seen & 32 ? 8 : 0)] data index i using (at($3 == 0, $1)):2 \
         with points pointtype 2 pointsize 1.6*dot linecolor rgb "#000000" linewidth 2 notitle, \
     for [i = 8:(seen & 64 ? 8 : 0)] data index i using (at($3 == 1, $1)):2 \
         with points pointtype 7 pointsize 0.8*dot linecolor rgb "#000000" notitle, \
     data index 5 using 3:4:($6 == 0 ? said(1) : " "):5 \
         with labels rotate variable center offset 0,0.5 font small notitle, \
     data index 5 using 3:4:($6 == 1 ? said(1) : " "):5 with labels rotate variable center offset 0,0.5 font small \
         textcolor rgb grey notitle, \
     data index 6 using 3:4:($5 == 0 ? said(1) : " ") with labels left font small textcolor rgb grey notitle, \
     data index 7 using 3:4:($5 == 0 ? said(1) : " ") with labels right font small textcolor rgb grey notitle, \
     data index 6 using 3:4:($5 == 1 ? said(1) : " ") with labels left font small textcolor rgb red notitle, \
     data index 7 using 3:4:($5 == 1 ? said(1) : " ") with labels right font small textcolor rgb red notitle, \
     data index 6 using 3:4:($5 == 2 ? said(1) : " ") with labels left font small notitle, \
     data index 11 using (columns_ + 0.5):($3 - 1.7):(said(1)) \
         with labels right font small textcolor rgb red notitle, \
     for [i = 1:(seen & 256 ? 1 : 0)] NaN with vectors arrowstyle 1 title "message", \
     for [i = 1:(seen & 512 ? 1 : 0)] NaN with vectors arrowstyle 2 title "transport", \
     for [i = 1:(seen & 136 ? 1 : 0)] NaN \
         with linespoints pointtype 2 pointsize 0.9*dot linecolor rgb red linewidth 1.1 \
         dashtype (4, 2) title "lost", \
     for [i = 1:(seen & 16 ? 1 : 0)] NaN \
         with lines linecolor rgb grey linewidth 0.9 dashtype (1, 2) title "under way", \
     for [i = 1:(seen & 1 ? 1 : 0)] NaN \
         with lines linecolor rgb "#909090" linewidth 0.9 dashtype (3, 4) title "down", \
     for [i = 1:(seen & 2 ? 1 : 0)] NaN \
         with boxes fillcolor rgb "#b9c4cc" fillstyle solid 1 border rgb "#606060" title "at work", \
     for [i = 1:(seen & 4 ? 1 : 0)] NaN \
         with boxes fillcolor rgb "#ffffff" fillstyle solid 1 border rgb "#606060" title "waits"
