/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same small programs on simulated sockets and on those of the kernel, by loopback:
 * what their calls return must be the same. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket_lab.h"

/* What a program may call; every call notes its outcome. */
typedef struct {
    Process *self;              /* NULL: the kernel's */
    GString *log;
    int port[8];                /* the kernel's, of the program's addresses 0, 1, … */
    int open[1100];             /* what the kernel has given, to be closed */
    unsigned open_count;
} Net;

static const char *error_name(int error)
{
    static const struct { int number; const char *name; } names[] = {
        { EADDRINUSE, "EADDRINUSE" }, { EAGAIN, "EAGAIN" }, { EALREADY, "EALREADY" }, { EBADF, "EBADF" }, { ECONNABORTED, "ECONNABORTED" },
        { ECONNREFUSED, "ECONNREFUSED" }, { ECONNRESET, "ECONNRESET" }, { EDESTADDRREQ, "EDESTADDRREQ" },
        { EINPROGRESS, "EINPROGRESS" }, { EINVAL, "EINVAL" }, { EISCONN, "EISCONN" }, { EMSGSIZE, "EMSGSIZE" },
        { ENOTCONN, "ENOTCONN" }, { EOPNOTSUPP, "ENOTSUP" }, { EPIPE, "EPIPE" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].number == error) return names[i].name;
    return "another";
}

static int64_t noted(Net *net, const char *what, int64_t result)
{
    const char *error = result >= 0 ? NULL : net->self ? ipc_error_name((int)result) : error_name(errno);
    if (error) g_string_append_printf(net->log, "%s=%s ", what, error);
    else g_string_append_printf(net->log, "%s=%" G_GINT64_FORMAT " ", what, result);
    return result;
}

static struct sockaddr_in at(const Net *net, int place)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)net->port[place]),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static Address place_of(const Net *net, int place) { return (Address){ process_host(net->self), 1000 + (uint32_t)place }; }

static int made(Net *net, int fd)
{
    if (!net->self && fd >= 0) net->open[net->open_count++] = fd;
    return fd;
}

static int opens(Net *net, bool stream)
{
    return made(net, net->self ? socket_open(net->self, stream ? SOCKET_STREAM : SOCKET_DATAGRAM)
                               : socket(AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0));
}

static int64_t binds(Net *net, int fd, int place)
{
    if (net->self) return noted(net, "bind", socket_bind(net->self, fd, place_of(net, place)));
    struct sockaddr_in address = at(net, place);
    socklen_t size = sizeof address;
    int64_t result = noted(net, "bind", bind(fd, (struct sockaddr *)&address, size));
    if (result == 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0) net->port[place] = ntohs(address.sin_port);
    return result;
}

static void listens(Net *net, int fd, int backlog)
{
    noted(net, "listen", net->self ? socket_listen(net->self, fd, backlog) : listen(fd, backlog));
}

static int64_t connects(Net *net, int fd, int place)
{
    struct sockaddr_in address = at(net, place);
    return noted(net, "connect", net->self ? socket_connect(net->self, fd, place_of(net, place))
                                           : connect(fd, (struct sockaddr *)&address, sizeof address));
}

/* A descriptor; its number is not compared. */
static int accepts(Net *net, int fd)
{
    int result = made(net, net->self ? socket_accept(net->self, fd, NULL) : accept(fd, NULL, NULL));
    noted(net, "accept", result < 0 ? result : 0);
    return result;
}

static void sends(Net *net, int fd, const char *text)
{
    size_t size = strlen(text);
    noted(net, "send", net->self ? socket_send(net->self, fd, text, size, 0) : send(fd, text, size, MSG_NOSIGNAL));
}

static void sends_to(Net *net, int fd, size_t size, int place)
{
    g_autofree char *data = g_malloc0(size + 1);
    struct sockaddr_in address = at(net, place);
    noted(net, "send", net->self ? socket_send_to(net->self, fd, data, size, 0, place_of(net, place))
                                 : sendto(fd, data, size, MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof address));
}

static void receives(Net *net, int fd, size_t size)
{
    char data[16] = "";
    int64_t got = net->self ? socket_receive(net->self, fd, data, size, 0) : recv(fd, data, size, 0);
    noted(net, "receive", got);
    if (got > 0) g_string_append_printf(net->log, "'%.*s' ", (int)got, data);
}

static void shuts(Net *net, int fd)
{
    noted(net, "shutdown", net->self ? socket_shutdown(net->self, fd, SOCKET_WRITE_SIDE) : shutdown(fd, SHUT_WR));
}

static void closes(Net *net, int fd)
{
    noted(net, "close", net->self ? socket_close(net->self, fd) : close(fd));
    for (unsigned i = 0; i < net->open_count; i++)
        if (net->open[i] == fd) net->open[i] = -1;
}

static void nonblocking(Net *net, int fd)
{
    if (net->self) socket_set(net->self, fd, SOCKET_NONBLOCK, 1);
    else (void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void reuses(Net *net, int fd)
{
    int yes = 1;
    if (net->self) socket_set(net->self, fd, SOCKET_REUSEADDR, 1);
    else (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

static void closes_abruptly(Net *net, int fd)
{
    struct linger now = { 1, 0 };
    if (net->self) socket_set(net->self, fd, SOCKET_LINGER, 0);
    else (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    closes(net, fd);
}

static void pending_error(Net *net, int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (net->self) error = (int)socket_option(net->self, fd, SOCKET_ERROR);
    else (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    g_string_append_printf(net->log, "error=%s ", !error ? "none" : net->self ? ipc_error_name(error) : error_name(error));
}

/* What is ready within 100 ms. */
static void polls(Net *net, int fd)
{
    SocketPoll ours = { fd, SOCKET_IN | SOCKET_OUT, 0 };
    struct pollfd theirs = { fd, POLLIN | POLLOUT, 0 };
    int ready = net->self ? socket_poll(net->self, &ours, 1, 100 * MS) : poll(&theirs, 1, 100);
    bool in = net->self ? ours.revents & SOCKET_IN : theirs.revents & POLLIN;
    bool out = net->self ? ours.revents & SOCKET_OUT : theirs.revents & POLLOUT;
    bool hung_up = net->self ? ours.revents & SOCKET_HUP : theirs.revents & POLLHUP;
    g_string_append_printf(net->log, "poll=%d%s%s%s ", ready, in ? "+in" : "", out ? "+out" : "", hung_up ? "+hup" : "");
}

static void waits(Net *net)
{
    if (net->self) process_sleep(net->self, 20 * MS);
    else g_usleep(5000);
}

/* ---- programs ---- */

static int listener(Net *net, int place, int backlog)
{
    int fd = opens(net, true);
    binds(net, fd, place);
    listens(net, fd, backlog);
    return fd;
}

static void pair(Net *net, int *client, int *server)
{
    int fd = listener(net, 0, 5);
    *client = opens(net, true);
    connects(net, *client, 0);
    *server = accepts(net, fd);
    closes(net, fd);
}

static void states(Net *net)
{
    int fd = opens(net, true), other = opens(net, true), datagram = opens(net, false);
    polls(net, fd);
    receives(net, fd, 5);
    shuts(net, fd);
    accepts(net, fd);
    binds(net, fd, 0);
    binds(net, fd, 1);
    connects(net, other, 0);                    /* bound, nobody listens */
    listens(net, fd, 5);
    connects(net, other, 0);
    connects(net, other, 0);
    listens(net, datagram, 5);
    accepts(net, datagram);
    closes(net, fd);
    receives(net, fd, 5);
    closes(net, fd);
}

static void addresses(Net *net)
{
    int fd = opens(net, true);
    reuses(net, fd);
    binds(net, fd, 0);
    int same = opens(net, true), reusing = opens(net, true);
    binds(net, same, 0);
    reuses(net, reusing);
    binds(net, reusing, 0);                     /* both allow it, none listens */
    closes(net, reusing);
    listens(net, fd, 5);
    reuses(net, same);
    binds(net, same, 0);
}

static void order_of_accept(Net *net)
{
    int fd = listener(net, 0, 5), a = opens(net, true), b = opens(net, true);
    connects(net, a, 0);
    sends(net, a, "a");
    connects(net, b, 0);
    sends(net, b, "b");
    polls(net, fd);
    receives(net, accepts(net, fd), 5);
    receives(net, accepts(net, fd), 5);
    nonblocking(net, fd);
    accepts(net, fd);
}

static void boundaries(Net *net)
{
    int client, server;
    pair(net, &client, &server);
    sends(net, client, "ab");
    sends(net, client, "cd");
    waits(net);
    receives(net, server, 9);
    sends(net, client, "efgh");
    waits(net);
    receives(net, server, 3);
    receives(net, server, 3);
    nonblocking(net, server);
    receives(net, server, 3);
}

static void an_orderly_end(Net *net)
{
    int client, server;
    pair(net, &client, &server);
    sends(net, client, "abc");
    closes(net, client);
    for (int i = 0; i < 3; i++) receives(net, server, 9);
    polls(net, server);
    sends(net, server, "x");
    waits(net);
    sends(net, server, "y");
    receives(net, server, 9);
}

static void half_an_end(Net *net)
{
    int client, server;
    pair(net, &client, &server);
    sends(net, client, "req");
    shuts(net, client);
    sends(net, client, "more");
    receives(net, server, 9);
    receives(net, server, 9);
    sends(net, server, "reply");
    closes(net, server);
    receives(net, client, 9);
    receives(net, client, 9);
    sends(net, client, "more");
    polls(net, client);
}

static void unread_bytes(Net *net)
{
    int client, server;
    pair(net, &client, &server);
    sends(net, client, "unread");
    waits(net);
    sends(net, server, "p");
    closes(net, server);
    waits(net);
    for (int i = 0; i < 3; i++) receives(net, client, 9);
    sends(net, client, "x");
}

static void an_abrupt_end(Net *net)
{
    int client, server;
    pair(net, &client, &server);
    closes_abruptly(net, server);
    waits(net);
    polls(net, client);
    receives(net, client, 9);
    receives(net, client, 9);
    sends(net, client, "x");
}

/* Whichever call is the first hears of it. */
static void told_once(Net *net)
{
    int client, server;
    pair(net, &client, &server);
    closes_abruptly(net, server);
    waits(net);
    sends(net, client, "x");
    sends(net, client, "x");
    receives(net, client, 9);
    pair(net, &client, &server);
    closes(net, server);
    sends(net, client, "x");
    waits(net);
    receives(net, client, 9);
    pending_error(net, client);
    pending_error(net, client);
    shuts(net, client);
}

static void connects_again(Net *net)
{
    int fd = listener(net, 0, 5), client = opens(net, true), refused = opens(net, true), bound = opens(net, true);
    nonblocking(net, client);
    nonblocking(net, refused);
    binds(net, bound, 1);
    connects(net, client, 0);
    connects(net, refused, 1);
    waits(net);
    connects(net, client, 0);
    connects(net, client, 0);
    pending_error(net, refused);
    polls(net, refused);
    connects(net, refused, 1);
    connects(net, refused, 1);
    listens(net, fd, 7);
    shuts(net, fd);                             /* a listener has no such side */
    polls(net, fd);
    accepts(net, fd);
}

/* A reset that the second connect is told leaves the socket as new. */
static void connects_after_a_reset(Net *net)
{
    int fd = listener(net, 0, 5), client = opens(net, true);
    nonblocking(net, client);
    connects(net, client, 0);
    waits(net);
    closes_abruptly(net, accepts(net, fd));
    waits(net);
    connects(net, client, 0);
    polls(net, client);
    connects(net, client, 0);
    waits(net);
    connects(net, client, 0);
    shuts(net, client);
    connects(net, client, 0);
    receives(net, accepts(net, fd), 5);
}

static void in_the_backlog(Net *net)
{
    int fd = listener(net, 0, 5), client = opens(net, true), other = opens(net, true);
    connects(net, client, 0);
    closes_abruptly(net, client);
    waits(net);
    int server = accepts(net, fd);
    receives(net, server, 9);
    receives(net, server, 9);
    connects(net, other, 0);
    closes(net, fd);
    waits(net);
    receives(net, other, 9);
}

static void without_waiting(Net *net)
{
    int fd = listener(net, 0, 5), client = opens(net, true), refused = opens(net, true), bound = opens(net, true);
    nonblocking(net, client);
    nonblocking(net, refused);
    connects(net, client, 0);
    waits(net);
    polls(net, client);
    pending_error(net, client);
    binds(net, bound, 1);
    connects(net, refused, 1);
    waits(net);
    polls(net, refused);
    pending_error(net, refused);
    pending_error(net, refused);
    closes(net, fd);
}

/* listen(n) lets n + 1 connections be complete. */
static void backlogs(Net *net)
{
    for (int n = 0; n < 3; n++) {
        int fd = listener(net, n, n);
        for (int i = 0; i < n + 2; i++) {
            int client = opens(net, true);
            nonblocking(net, client);
            connects(net, client, n);
            waits(net);
            polls(net, client);
        }
        closes(net, fd);
    }
}

static void datagrams(Net *net)
{
    int server = opens(net, false), client = opens(net, false);
    binds(net, server, 0);
    sends(net, client, "x");
    sends_to(net, client, 2, 0);
    sends_to(net, client, 4, 0);
    sends_to(net, client, 0, 0);
    sends_to(net, client, 65507, 0);
    sends_to(net, client, 65508, 0);
    waits(net);
    receives(net, server, 9);
    receives(net, server, 2);
    receives(net, server, 9);
    receives(net, server, 9);
    nonblocking(net, server);
    receives(net, server, 9);
}

static void refused_datagrams(Net *net)
{
    int client = opens(net, false), loose = opens(net, false), bound = opens(net, false);
    binds(net, bound, 0);
    closes(net, bound);
    connects(net, client, 0);
    nonblocking(net, client);
    nonblocking(net, loose);
    sends(net, client, "x");
    waits(net);
    receives(net, client, 9);
    receives(net, client, 9);
    sends(net, client, "x");
    waits(net);
    sends(net, client, "x");
    sends_to(net, loose, 1, 0);
    waits(net);
    receives(net, loose, 9);
}

/* Who closes first stands in TIME-WAIT. */
static void time_wait(Net *net)
{
    for (int reuse = 0; reuse < 4; reuse++) {
        int fd = opens(net, true), client = opens(net, true);
        if (net->self) socket_set(net->self, fd, SOCKET_TIME_WAIT, 60 * S);
        if (reuse & 1) reuses(net, fd);
        binds(net, fd, reuse);
        listens(net, fd, 5);
        connects(net, client, reuse);
        int server = accepts(net, fd);
        closes(net, server);
        receives(net, client, 9);
        closes(net, client);
        closes(net, fd);
        waits(net);
        int again = opens(net, true);
        if (reuse & 2) reuses(net, again);
        binds(net, again, reuse);
    }
}

/* ---- both ways ---- */

typedef struct { void (*program)(Net *net); GString *log; } Run;

static void run_simulated(Process *self, void *argument)
{
    Run *run = argument;
    Net net = { .self = self, .log = run->log };
    run->program(&net);
}

static char *simulated(void (*program)(Net *net))
{
    Run run = { program, g_string_new(NULL) };
    Lab *lab = lab_new(1, MS);
    process_spawn(lab->ipc, 0, "program", run_simulated, &run);
    lab_run(lab, 1000 * S);
    lab_free(lab);
    return g_string_free(run.log, FALSE);
}

static char *of_the_kernel(void (*program)(Net *net))
{
    Net *net = g_new0(Net, 1);
    net->log = g_string_new(NULL);
    program(net);
    for (unsigned i = 0; i < net->open_count; i++)
        if (net->open[i] >= 0) close(net->open[i]);
    char *log = g_string_free(net->log, FALSE);
    g_free(net);
    return log;
}

static bool loopback_works(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool works = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0) close(fd);
    return works;
}

static void as_the_kernel(gconstpointer data)
{
    void (*program)(Net *net) = ((const Run *)data)->program;
    if (!loopback_works()) {
        g_test_skip("the kernel gives no sockets on the loopback address");
        return;
    }
    g_autofree char *ours = simulated(program), *theirs = of_the_kernel(program);
    g_test_message("%s", ours);
    g_assert_cmpstr(ours, ==, theirs);
}

#define CASE(program_) \
    do { static const Run run = { program_, NULL }; g_test_add_data_func("/socket/as the kernel/" #program_, &run, as_the_kernel); } while (0)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(states);
    CASE(addresses);
    CASE(order_of_accept);
    CASE(boundaries);
    CASE(an_orderly_end);
    CASE(half_an_end);
    CASE(unread_bytes);
    CASE(an_abrupt_end);
    CASE(told_once);
    CASE(connects_again);
    CASE(connects_after_a_reset);
    CASE(in_the_backlog);
    CASE(without_waiting);
    CASE(backlogs);
    CASE(datagrams);
    CASE(refused_datagrams);
    CASE(time_wait);
    return g_test_run();
}
