# The look that all figures share; every other script loads it.
# edition 2: what the other scripts rely on; an older one is set aside as style.gp.old
#
# in:    data    the data file, NAME.tsv
#        image   what to draw: its ending chooses the format (.svg .pdf .png .tex .gif)
# reads: NAME.labels.tsv beside the data; tab-separated, no header, one row a label:
#        key, text, the same text for TeX, number (NaN where it has none)
#        In texts &amp; &quot; &#92; and &#10; stand for & " \ and a line break.
#        title, note, xlabel, ylabel          texts; note says what bars and bands are
#        xmin, xmax, ymin, ymax, cmin, cmax   numbers; ends of the axes, NaN: as the data has it
#        xstep, ystep                         numbers; from tick to tick
#        xlog, ylog                           1: logarithmic
#        columns                              columns of the page, 1 or 2
#        height, body                         mm of the figure; of its axes alone
#        over                                 lines of text between title and axes
#        above                                1: names of rows stand above them, not beside
#        lines                                number; lines of the title
#        curve, panel                         repeated, in order: names
#        xtick, ytick, mark, rug              repeated: a text and where it stands
# Colours: M. Okabe and K. Ito, "Color universal design", 2008; dashes and marks differ too.
set encoding utf8
set datafile separator "\t"
set datafile commentschars ""      # a name may start with #

# ./ keeps a name such as "<command" a name
rooted(name) = name[1:1] eq "/" ? name : "./".name
data = rooted(data)
image = rooted(image)
ending = image[strlen(image)-2:*]
if (ending ne "svg" && ending ne "pdf" && ending ne "png" && ending ne "tex" && ending ne "gif") {
    print image, ": an image ends in .svg, .pdf, .png, .tex or .gif"
    exit status 2
}

swap(s, a, b) = (at_ = strstrt(s, a)) ? s[1:at_-1].b.swap(s[at_+strlen(a):*], a, b) : s
tick(s) = swap(s, "%", "%%")               # tick labels are formats
plain(s) = swap(swap(swap(swap(s, "&quot;", '"'), "&#92;", "\\"), "&#10;", "\n"), "&amp;", "&")

array keys[64]; array texts[64]; array numbers[64]; labels = 0
array curve[600]; curves = 0
array panel[64]; panels = 0
array xtick[600]; array xtick_at[600]; xticks = 0
array ytick[600]; array ytick_at[600]; yticks = 0
array mark[600]; array mark_at[600]; marks = 0
array rug_at[600]; rugs = 0
keep(k, t, n) = \
    k eq "curve" ? (curves = curves + 1, curve[curves] = t, 0) : \
    k eq "panel" ? (panels = panels + 1, panel[panels] = t, 0) : \
    k eq "xtick" ? (xticks = xticks + 1, xtick[xticks] = t, xtick_at[xticks] = n, 0) : \
    k eq "ytick" ? (yticks = yticks + 1, ytick[yticks] = t, ytick_at[yticks] = n, 0) : \
    k eq "rug" ? (rugs = rugs + 1, rug_at[rugs] = n, 0) : \
    k eq "mark" ? (marks = marks + 1, mark[marks] = t, mark_at[marks] = n, 0) : \
    (labels = labels + 1, keys[labels] = k, texts[labels] = t, numbers[labels] = n, 0)
language = ending eq "tex" ? 3 : 2
stats data[1:strlen(data)-4].".labels.tsv" \
    using (keep(strcol(1), plain(strcol(language)), column(4)), 0) nooutput

wording_from(k, i) = i > labels ? "" : keys[i] eq k ? texts[i] : wording_from(k, i + 1)
number_from(k, i) = i > labels ? NaN : keys[i] eq k ? numbers[i] : number_from(k, i + 1)
wording(k) = wording_from(k, 1)
number(k) = number_from(k, 1)
known(x) = x == x
or(x, y) = known(x) ? x : y

# width and height in mm: one column or two of a paper
width = number("columns") == 2 ? 174.0 : 84.0
# The key stands below: as many names a row as fit.  Title, key and note have room of
# their own (head and foot, in mm), and what is left is the axes'.
longest = 1
do for [i = 1:curves] { if (strlen(curve[i]) > longest) { longest = strlen(curve[i]) } }
keywidth = floor((width > 100 ? 90.0 : 38.0)/(longest + 6))
keywidth = keywidth < 1 ? 1 : keywidth > curves ? curves : keywidth
keyrows = curves > 1 || longest > 1 ? (curves + keywidth - 1)/keywidth : 0
lines = or(number("lines"), 0)
line_ = 3.7                             # mm from line to line
noted = wording("note") ne ""
head = 2.5 + line_*lines + line_*or(number("over"), 0)
# Names below the axis that do not fit side by side stand in two rows.
letters = 0
do for [i = 1:xticks] { letters = letters + strlen(xtick[i]) + 2 }
tworows = letters > (width > 100 ? 88 : 38) && ending ne "tex"
foot = 10.5 + 4.5*keyrows + (noted ? line_ : 0) + (tworows ? line_ : 0)
height = or(number("height"), head + foot + or(number("body"), width > 100 ? 62 : 38))
dot = ending eq "svg" ? 0.5 : 1         # size of a mark: an SVG terminal does not scale them
if (ending eq "svg") {
    set terminal svg size width*96/25.4, height*96/25.4 font "sans,10.6" background "white" noenhanced \
        linewidth 1.2 dashlength 1
}
if (ending eq "png") {
    set terminal pngcairo size width*300/25.4, height*300/25.4 font "sans,8" background "white" noenhanced \
        fontscale 300/96.0 linewidth 3 pointscale 1.8 dashlength 1
}
if (ending eq "pdf") {
    set terminal pdfcairo size width/10 cm, height/10 cm font "sans,8" background "white" noenhanced \
        linewidth 1 pointscale 0.5 dashlength 1
}
if (ending eq "tex") {
    set terminal cairolatex pdf size width/10 cm, height/10 cm background "white" font ",8" \
        linewidth 1 pointscale 0.5 dashlength 1
}
if (ending eq "gif") {
    dot = 1.0
    set terminal gif animate delay 12 loop 0 size width*5.2, height*5.2 font "sans,11" background "#ffffff" noenhanced
}
set output image

array colors[8] = ["#0072B2", "#D55E00", "#009E73", "#000000", "#E69F00", "#CC79A7", "#56B4E9", "#808080"]
array shapes[8] = [7, 4, 9, 12, 5, 10, 13, 6]
set style line 1 dashtype solid
set style line 2 dashtype (8, 4)
set style line 3 dashtype (2, 3)
set style line 4 dashtype (10, 3, 2, 3)
set style line 5 dashtype (14, 4)
set style line 6 dashtype (5, 2, 2, 2, 2, 2)
set style line 7 dashtype (4, 2)
set style line 8 dashtype (14, 3, 2, 3, 2, 3)
do for [i = 9:24] { set style line i dashtype i % 5 + 1 }
do for [i = 1:24] {
    set style line i linecolor rgb colors[(i-1)%8+1] linewidth 1.3 \
        pointtype shapes[(i - 1 + 3*((i-1)/8))%8+1] pointsize dot
}
style(i) = (i - 1) % 24 + 1

set border 3 linewidth 0.8
set tics nomirror scale 0.6
set grid ytics linecolor rgb "#d9d9d9" linewidth 0.6 dashtype solid
set bars 0.6
set label 99 wording("title") at screen 0.5, screen 1 - 2.6/height center front
set label 98 wording("note") at screen 0.5, screen 2.0/height center textcolor rgb "#404040" front
set tmargin at screen 1 - head/height
set bmargin at screen foot/height
set xlabel wording("xlabel") offset 0,(tworows ? -0.5 : 0.5)
set ylabel wording("ylabel") offset 1,0
set key at screen 0.5, screen (foot - 10.0 - (tworows ? line_ : 0))/height center top horizontal Left reverse samplen 2.5 \
    width -1 spacing 1.1 maxcols keywidth maxrows 40
if (keyrows < 1) { unset key }
if (number("xlog") == 1) { set logscale x }
if (number("ylog") == 1) { set logscale y; set format y "%g"; set mytics 1 }
if (known(number("xmin"))) { xmin = number("xmin"); set xrange [xmin:] }
if (known(number("xmax"))) { xmax = number("xmax"); set xrange [:xmax] }
if (known(number("ymin"))) { ymin = number("ymin"); set yrange [ymin:] }
if (known(number("ymax"))) { ymax = number("ymax"); set yrange [:ymax] }
if (known(number("xstep"))) { set xtics number("xstep") }
if (known(number("ystep"))) { set ytics number("ystep") }
if (xticks) { set xtics () ; do for [i = 1:xticks] { set xtics add ((tworows && i % 2 == 0 ? "\n" : "").tick(xtick[i]) xtick_at[i]) } }
if (yticks) { set ytics () ; do for [i = 1:yticks] { set ytics add (tick(ytick[i]) ytick_at[i]) } }
