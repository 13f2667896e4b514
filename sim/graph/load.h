/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topologies from files: who is linked to whom, and what the file says of each
 * node and link.
 *
 * The format is always said, never guessed here.  GraphML, GML and Pajek go
 * through igraph after a check of our own, the others are read here; all are
 * strict, and every error is
 *     FILE:LINE: what is wrong; what would be right
 * A file may be compressed by gzip, start with a UTF-8 byte order mark and end
 * its lines with CR LF.
 *
 * What a file holds becomes a simple undirected graph.  A link to itself is left
 * out.  Of parallel links one is kept, with the lowest value of each number
 * column, and of each text column the shortest duration or else the first text.
 * Both directions of a link become one link, each direction with its own values;
 * where only one is listed the other has the same.  All of this is counted in
 * `found` of the topology and told in its notes.
 *
 * Node numbers are the place in a file's node list, or the rank of the id
 * where a format has only links with numeric ids (edgelist, orbis), or the
 * order of first mention where it has links with names (rocketfuel).
 */
#pragma once
#include "graph/topology.h"

typedef enum {
    FORMAT_GRAPHML,         /* GraphML; places from Longitude/Latitude, lon/lat or x/y */
    FORMAT_GML,             /* GML, as of the Topology Zoo, topohub or Shadow ("1 ms"); places likewise */
    FORMAT_EDGELIST,        /* "a b" or "a b weight" of whole-number ids; # and % start comments (SNAP) */
    FORMAT_PAJEK,           /* Pajek .net; column weight */
    FORMAT_BRITE,           /* BRITE; columns length, delay, bandwidth */
    FORMAT_INET,            /* Inet 3.0, also with R/N marks; column distance */
    FORMAT_ORBIS,           /* "a b" after a header line that is neither count */
    FORMAT_ROCKETFUEL,      /* "from to weight" of names; column weight */
    FORMAT_GT_ITM,          /* GT-ITM "alt"; column length */
    FORMAT_REPETITA,        /* REPETITA; columns weight, bw, delay */
    FORMAT_LIGHTNING,       /* channels CSV (column capacity); channels*.csv has its nodes*.csv beside it */
    FORMATS
} TopologyFormat;

/* The names of the formats in that order, as `choices` of a PARAM_CHOICE. */
#define TOPOLOGY_FORMATS "graphml|gml|edgelist|pajek|brite|inet|orbis|rocketfuel|gt-itm|repetita|lightning"

const char *topology_format_name(TopologyFormat format);

/* The format a file seems to have, by its name and its first bytes.  True and
 * *format, with *reason (free it) saying why; or false and *error
 * (SIM_ERROR_UNKNOWN) where none fits or more than one does, or SIM_ERROR_FILE. */
bool topology_guess(const char *path, TopologyFormat *format, char **reason, GError **error);

/* The topology in a file; or NULL and *error (SIM_ERROR: FILE where it cannot be
 * read, SYNTAX or RANGE or TOPOLOGY for what stands in it). */
Topology *topology_load(const char *path, TopologyFormat format, GError **error);

/* The latency of each directed link, in ns (out_ns[i] for graph->links[i]), from
 * the column `attribute`.  A value may have its unit with it ("10 ms"); a bare
 * number is in `unit`: ns, us, ms, s, or km of fibre (200 km a ms); NULL or "":
 * bare numbers are refused.  `attribute` great-circle takes the distance between the places
 * instead, at 200 km a ms, and needs no unit.  False and *error (SIM_ERROR:
 * UNKNOWN for the column, SYNTAX for the unit, TOPOLOGY where no node has a place;
 * RANGE, naming the link, where a value is missing, not a number, negative or
 * infinite); out_ns is then undefined.  Not for complete topologies. */
bool topology_latencies(const Topology *topology, const char *attribute, const char *unit, double *out_ns,
                        GError **error);

/* Between two places in degrees on a sphere of radius 6371.0088 km: in km, and
 * as time in fibre at 200 km a ms, in ns. */
double great_circle_km(double longitude_a, double latitude_a, double longitude_b, double latitude_b);
double great_circle_ns(double longitude_a, double latitude_a, double longitude_b, double latitude_b);

/* Network coordinates: the distance of two places is the one-way latency. */
typedef struct {
    uint32_t count;
    double *x, *y;              /* ms */
} Coordinates;

/* Reads OverSim's <nodelist dimensions="2"> or lines of "x y" (blanks, a TAB or
 * a comma between; # starts a comment); or NULL and *error (as topology_load). */
Coordinates *coordinates_load(const char *path, GError **error);
void coordinates_free(Coordinates *coordinates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Coordinates, coordinates_free)
