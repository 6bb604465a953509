/*
 * ring_bench.c - what a message costs that a ring receives, commits and answers:
 *
 *   otedama_ring_bench MODE [rate=5000] [connections=1000] [seconds=5] [micros=500] [file=ring-bench.log]
 *
 * MODE none answers without a commit; once commits as soon as the last one is done; window waits `micros`
 * from the first message of a group on; paced looks every `micros` while there is something to do. A message,
 * a record and an answer have 64 bytes. The generator is a process of its own: it sends at Poisson times,
 * whatever comes back, and takes times from the send to the answer. CPU is that of the answering process with
 * its kernel workers; what the disk's own kernel threads use is not in it. The last line is one row of a
 * table.
 */
#if defined(__linux__)

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "otedama_os.h"

enum { OTD_BYTES = 64, OTD_EVENTS = 512, OTD_GROUP_MAX = 4096, OTD_FILE_BYTES = 64 << 20, OTD_STEPS = 400 };
enum { OTD_NONE, OTD_ONCE, OTD_WINDOW, OTD_PACED, OTD_BLOCKING };

typedef struct otd_plan {
    int mode;
    uint32_t rate, connections, seconds, micros;
    const char *path;
} otd_plan;

/* What both processes write down; times in 400 steps of 3 % from 1 us on. */
typedef struct otd_results {
    uint64_t sent, answered, late_ns;
    uint64_t times[OTD_STEPS];
    uint32_t started; /* atomic: all connections are there */
    uint32_t ended;
} otd_results;

typedef struct otd_group {
    uint8_t records[OTD_GROUP_MAX * OTD_BYTES];
    otd_ring_item items[OTD_GROUP_MAX];
    uint32_t count;
    uint64_t since;
} otd_group;

static uint64_t otd_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void otd_must(int good, const char *what) {
    if (!good) {
        char detail[OTD_ERROR_TEXT_MAX] = "";
        otd_last_error(detail, sizeof detail);
        fprintf(stderr, "%s: %s %s\n", what, strerror(errno), detail);
        exit(1);
    }
}

/* ---- the generator -------------------------------------------------------------------------------- */

static void otd_count_time(otd_results *results, uint64_t ns) {
    double step = ns < 1000 ? 0 : log((double)ns / 1000.0) / log(1.03);
    results->times[step < OTD_STEPS - 1 ? (int)step : OTD_STEPS - 1]++;
    results->answered++;
}

static void otd_take_answers(otd_results *results, int poll, int64_t wait_ns) {
    struct epoll_event ready[256];
    struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
    int count = epoll_pwait2(poll, ready, 256, &wait, NULL);
    for (int i = 0; i < count; i++) {
        uint8_t bytes[OTD_BYTES * 64];
        ssize_t got = recv(ready[i].data.fd, bytes, sizeof bytes, MSG_DONTWAIT);
        otd_must(got == 0 || got % OTD_BYTES == 0, "an answer came in parts");
        for (ssize_t at = 0; at < got; at += OTD_BYTES) {
            uint64_t sent;
            memcpy(&sent, bytes + at, sizeof sent);
            otd_count_time(results, otd_now() - sent);
        }
    }
}

static void otd_generate(const otd_plan *plan, uint16_t port, otd_results *results) {
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int poll = epoll_create1(EPOLL_CLOEXEC), on = 1;
    int *clients = calloc(plan->connections, sizeof *clients);
    for (uint32_t i = 0; i < plan->connections; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        otd_must(connect(clients[i], (struct sockaddr *)&name, sizeof name) == 0, "connect");
        setsockopt(clients[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = clients[i]};
        otd_must(epoll_ctl(poll, EPOLL_CTL_ADD, clients[i], &event) == 0, "epoll");
    }
    usleep(300000);
    __atomic_store_n(&results->started, 1u, __ATOMIC_SEQ_CST);
    srand48(1);
    double next = (double)otd_now();
    double end = next + plan->seconds * 1e9;
    while (next < end) {
        double now = (double)otd_now();
        if (now < next) {
            otd_take_answers(results, poll, (int64_t)(next - now));
            continue;
        }
        uint64_t bytes[OTD_BYTES / 8] = {otd_now()};
        results->late_ns += bytes[0] - (uint64_t)next;
        int client = clients[lrand48() % plan->connections];
        results->sent += send(client, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof bytes;
        next -= log(1.0 - drand48()) / plan->rate * 1e9;
    }
    for (uint64_t until = otd_now() + 2000000000u; results->answered < results->sent && otd_now() < until;) {
        otd_take_answers(results, poll, 10000000);
    }
    __atomic_store_n(&results->ended, 1u, __ATOMIC_SEQ_CST);
}

/* ---- the server ----------------------------------------------------------------------------------- */

typedef struct otd_server {
    const otd_plan *plan;
    otd_ring *ring;
    otd_ring_info info;
    uint32_t file, direct, busy;
    int descriptor; /* of the same file, for mode blocking */
    uint64_t offset, commits;
    otd_group group;
} otd_server;

static void otd_receive(otd_server *server, const otd_ring_event *event) {
    const uint8_t *bytes =
        (const uint8_t *)(uintptr_t)server->info.buffers + (size_t)event->buffer * server->info.buffer_bytes;
    otd_group *group = &server->group;
    otd_must(event->length % OTD_BYTES == 0, "a message came in parts");
    for (uint32_t at = 0; at < event->length; at += OTD_BYTES) {
        otd_must(group->count < OTD_GROUP_MAX, "too many messages in a group");
        memcpy(group->records + group->count * OTD_BYTES, bytes + at, OTD_BYTES);
        group->items[group->count] = (otd_ring_item){
            .connection = event->connection, .offset = group->count * OTD_BYTES, .length = OTD_BYTES};
        group->since = group->count++ == 0 ? otd_now() : group->since;
    }
}

static void otd_let_go(otd_server *server) {
    otd_group *group = &server->group;
    uint32_t bytes = group->count * OTD_BYTES;
    server->offset = server->offset + bytes > OTD_FILE_BYTES ? 0 : server->offset;
    if (server->plan->mode == OTD_BLOCKING) {
        otd_must(pwrite(server->descriptor, group->records, bytes, (off_t)server->offset) == (ssize_t)bytes &&
                     fdatasync(server->descriptor) == 0,
                 "write");
        server->offset += bytes;
        server->commits++;
    }
    if (server->plan->mode == OTD_NONE || server->plan->mode == OTD_BLOCKING) {
        otd_must(otd_ring_send(server->ring, group->items, group->count, group->records, bytes) == OTD_OK,
                 "send");
    } else {
        otd_must(otd_ring_commit(server->ring, server->file, 0, server->offset, group->records, bytes,
                                 group->items, group->count, group->records, bytes) == OTD_OK,
                 "commit");
        server->offset += bytes;
        server->commits++;
        server->busy = 1;
    }
    group->count = 0;
}

/* How long to wait for how many completions, by the mode. */
static int64_t otd_patience(const otd_server *server, uint64_t now, uint32_t *wait_nr) {
    const otd_group *group = &server->group;
    int64_t micros = server->plan->micros * (int64_t)1000;
    int64_t forever = 100000000;
    *wait_nr = 1;
    if (server->plan->mode == OTD_WINDOW && group->count > 0 && (int64_t)(now - group->since) < micros) {
        *wait_nr = 256;
        return micros - (int64_t)(now - group->since);
    }
    if (server->plan->mode == OTD_PACED && server->busy) {
        *wait_nr = 256;
        return micros;
    }
    return forever;
}

static int otd_is_due(const otd_server *server, uint64_t now) {
    return server->group.count > 0 && !server->busy &&
           (server->plan->mode != OTD_WINDOW ||
            now - server->group.since >= server->plan->micros * (uint64_t)1000);
}

static void otd_turn(otd_server *server) {
    static otd_ring_event events[OTD_EVENTS];
    uint32_t count = 0, wait_nr;
    uint64_t now = otd_now();
    if (otd_is_due(server, now)) {
        otd_let_go(server);
    }
    int64_t wait_ns = otd_patience(server, now, &wait_nr);
    otd_must(otd_ring_turn(server->ring, events, &count, OTD_EVENTS, wait_nr, wait_ns) == OTD_OK, "turn");
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].kind == OTD_RING_RECEIVED) {
            otd_receive(server, &events[i]);
        } else if (events[i].kind == OTD_RING_COMMITTED) {
            otd_must(events[i].error == 0, "the disk refused");
            server->busy = 0;
        }
    }
}

static void otd_open_file(otd_server *server) {
    static uint8_t zeros[1 << 20];
    int file = open(server->plan->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    otd_must(file >= 0, server->plan->path);
    for (int i = 0; i < OTD_FILE_BYTES / (1 << 20); i++) {
        otd_must(write(file, zeros, sizeof zeros) == (ssize_t)sizeof zeros, server->plan->path);
    }
    otd_must(fsync(file) == 0, server->plan->path);
    server->descriptor = file;
    otd_must(otd_ring_file_open(server->ring, &server->file, &server->direct,
                                (const uint8_t *)server->plan->path,
                                (uint32_t)strlen(server->plan->path)) == OTD_OK,
             server->plan->path);
}

static double otd_cpu(const struct rusage *usage) {
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

static double otd_percentile(const otd_results *results, double part) {
    uint64_t seen = 0;
    int step = 0;
    while (step < OTD_STEPS - 1 &&
           (double)(seen += results->times[step]) < part * (double)results->answered) {
        step++;
    }
    return pow(1.03, step + 0.5);
}

static void otd_serve(otd_server *server, const otd_results *results, int listener) {
    otd_ring_options options = {.connections = server->plan->connections,
                                .entries = 1024,
                                .completions = 4096,
                                .buffers = 4096,
                                .buffer_bytes = 1024,
                                .blocks = 1 << 16,
                                .block_bytes = 1024,
                                .queue_bytes_max = 1 << 18,
                                .commit_bytes_max = OTD_GROUP_MAX * OTD_BYTES,
                                .chain_max = 512};
    otd_must(otd_ring_open(&server->ring, &options) == OTD_OK, "ring");
    otd_must(otd_ring_listen(server->ring, listener, 1) == OTD_OK, "listen");
    otd_ring_state(server->ring, &server->info);
    otd_open_file(server);
    prctl(PR_SET_TIMERSLACK, 1000);
    while (!__atomic_load_n(&results->started, __ATOMIC_SEQ_CST)) {
        otd_turn(server);
    }
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    otd_ring_info start, end;
    otd_ring_state(server->ring, &start);
    while (!__atomic_load_n(&results->ended, __ATOMIC_SEQ_CST)) {
        otd_turn(server);
    }
    getrusage(RUSAGE_SELF, &after);
    otd_ring_state(server->ring, &end);
    double answered = (double)(results->answered > 0 ? results->answered : 1);
    printf("cpu us %.1f | p50 us %.0f | p99 us %.0f | turns %.2f | switches %.2f | messages a commit %.1f | "
           "chained %.2f | answered %llu of %llu | generator late us %.0f | direct %u, features %u\n",
           (otd_cpu(&after) - otd_cpu(&before)) / answered, otd_percentile(results, 0.5),
           otd_percentile(results, 0.99), (double)(end.turns - start.turns) / answered,
           (double)(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw) / answered,
           server->commits > 0 ? answered / (double)server->commits : 0.0,
           (double)(end.chained - start.chained) / answered, (unsigned long long)results->answered,
           (unsigned long long)results->sent, (double)results->late_ns / answered / 1000, server->direct,
           end.features);
    otd_ring_close(server->ring);
    unlink(server->plan->path);
}

static otd_plan otd_read_plan(int count, char **arguments) {
    static const char *modes[] = {"none", "once", "window", "paced", "blocking"};
    otd_plan plan = {.mode = -1, .rate = 5000, .connections = 1000, .seconds = 5, .micros = 500};
    plan.path = "ring-bench.log";
    for (int i = 0; i < 5 && count > 1; i++) {
        plan.mode = strcmp(arguments[1], modes[i]) == 0 ? i : plan.mode;
    }
    uint32_t *numbers[] = {&plan.rate, &plan.connections, &plan.seconds, &plan.micros};
    for (int i = 2; i < count && i < 6; i++) {
        *numbers[i - 2] = (uint32_t)strtoul(arguments[i], NULL, 10);
    }
    plan.path = count > 6 ? arguments[6] : plan.path;
    return plan;
}

int main(int count, char **arguments) {
    static otd_server server;
    otd_plan plan = otd_read_plan(count, arguments);
    if (plan.mode < 0 || plan.rate == 0 || plan.connections == 0 || plan.seconds == 0) {
        fprintf(stderr, "otedama_ring_bench none|once|window|paced|blocking [rate] [connections] [seconds] "
                        "[micros] [file]\n");
        return 2;
    }
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    otd_must(bind(listener, (struct sockaddr *)&name, sizeof name) == 0 && listen(listener, 4096) == 0 &&
                 getsockname(listener, (struct sockaddr *)&name, &length) == 0,
             "listen");
    otd_results *results =
        mmap(NULL, sizeof *results, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    otd_must(results != MAP_FAILED, "memory");
    pid_t generator = fork();
    if (generator == 0) {
        prctl(PR_SET_TIMERSLACK, 1000);
        prctl(PR_SET_PDEATHSIG, 9);
        otd_generate(&plan, ntohs(name.sin_port), results);
        return 0;
    }
    server.plan = &plan;
    otd_serve(&server, results, listener);
    waitpid(generator, NULL, 0);
    return 0;
}

#else

int main(void) {
    return 2;
}

#endif
