/*
 * otedama_os.h - what the managed side needs from the operating system and .NET does not offer.
 *
 * The rules of otedama.h hold here too: status codes, detail text, whoever allocates frees. All verbs work
 * before otd_open. Those of threads speak only of the thread that calls them, so a worker thread calls them
 * once at its own start; neither needs to be undone: a thread that ends takes its settings along.
 */
#ifndef OTEDAMA_OS_H
#define OTEDAMA_OS_H

#include <stdint.h>

#include "otedama.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Binds the calling thread to one processor: it runs there and nowhere else from then on.
 *
 * In:      cpu, a hardware thread as the kernel numbers it, from 0 (Linux: /proc/cpuinfo "processor").
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for a processor that does not exist, or that this process may not use because a
 *          control group or taskset leaves it out - the detail carries the system's own words;
 *          OTD_E_UNSUPPORTED where the system has no such call (everything but Linux).
 * Thread:  the calling thread only. Source: sched_setaffinity(2).
 */
OTD_API int32_t otd_thread_set_affinity(uint32_t cpu);

/*
 * Sets the nice value of the calling thread, so that mining yields to whatever else the machine does.
 *
 * In:      nice, -20 (served first) to 19 (served last). Raising it is always allowed; lowering it needs a
 *          privilege (CAP_SYS_NICE), also back to where the thread began.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT outside that range;
 *          OTD_E_IO when the system refused, as it does without the privilege;
 *          OTD_E_UNSUPPORTED where threads have no nice value of their own (everything but Linux).
 * Thread:  the calling thread only. Source: setpriority(2), whose process argument is a thread on Linux.
 */
OTD_API int32_t otd_thread_set_priority(int32_t nice);

/* ---- serial ports -------------------------------------------------------------------------------- */

#define OTD_SERIAL_PATH_MAX 255u      /* bytes of a port's name; Linux allows as much for one component */
#define OTD_SERIAL_RATE_MAX 12000000u /* bits a second: the fastest adapter on USB's second speed */

/* One open serial port. One owner thread; only otd_serial_cancel may come from elsewhere. */
typedef struct otd_serial otd_serial;

/*
 * Opens a serial port raw: 8 data bits, no parity, one stop bit, no flow control, nothing translated, and for
 * this process alone. What has come before is forgotten. Opening asserts both modem lines, closing leaves
 * them.
 *
 * In:      path, UTF-8 of path_length bytes, at most OTD_SERIAL_PATH_MAX: /dev/ttyUSB0, COM3;
 *          rate, bits a second, 1 to OTD_SERIAL_RATE_MAX. Any number: the driver takes the nearest it has.
 * Out:     a port, to be ended with otd_serial_close.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for a path or a rate outside that;
 *          OTD_E_MISSING when there is no such port, or nothing behind its name;
 *          OTD_E_BUSY when another program holds it;
 *          OTD_E_DENIED when this user may not open it;
 *          OTD_E_UNSUPPORTED when that is no serial port, when the rate it would run at is more than 5 % off,
 * or where this build has no serial ports (neither Linux nor Windows); OTD_E_MEMORY, OTD_E_IO. Thread:  any.
 * Source: ioctl_tty(2), termios2 with BOTHER; on Windows SetCommState.
 */
OTD_API int32_t otd_serial_open(otd_serial **out, const uint8_t *path, uint32_t path_length, uint32_t rate);

/* Ends a port and frees it. No other call on it may be under way: cancel it first. Null is let pass. */
OTD_API void otd_serial_close(otd_serial *port);

/*
 * Makes every call on this port, those under way too, return OTD_E_CANCELLED from now on. Any thread, any
 * number of times.
 */
OTD_API void otd_serial_cancel(otd_serial *port);

/*
 * Takes what has come, at most into_length bytes; waits until something comes when nothing is there.
 *
 * In:      wait_ms, milliseconds, at least 0; 0 = only what is there already.
 * Out:     count, bytes put into `into`; 0 = nothing came in that time.
 * Returns: OTD_OK; OTD_E_ARGUMENT for a negative wait; OTD_E_DEVICE_LOST when the port is gone;
 *          OTD_E_CANCELLED; OTD_E_IO.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_read(otd_serial *port, uint8_t *into, uint32_t *count, uint32_t into_length,
                                int32_t wait_ms);

/*
 * Hands over bytes to be sent.
 *
 * In:      wait_ms, milliseconds for all of them, at least 0.
 * Out:     count, how many the system took; fewer than bytes_length = the time was up.
 * Returns: as otd_serial_read.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_write(otd_serial *port, uint32_t *count, const uint8_t *bytes,
                                 uint32_t bytes_length, int32_t wait_ms);

/*
 * Waits until what was handed over has left this machine.
 *
 * In:      wait_ms, milliseconds, at least 0.
 * Out:     left, bytes that still wait when the time is up; 0 = all are out. A pseudo terminal always says 0.
 * Returns: as otd_serial_read.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_drain(otd_serial *port, uint32_t *left, int32_t wait_ms);

/* Forgets what has come and was not read. Returns as otd_serial_read. Thread: the owner. */
OTD_API int32_t otd_serial_discard(otd_serial *port);

/*
 * Changes the rate; bytes that are neither drained nor read may be garbled.
 *
 * In:      rate, as for otd_serial_open.
 * Returns: as otd_serial_read, and OTD_E_UNSUPPORTED when the port would run more than 5 % off: a UART loses
 * the last bit of ten from there on. The old rate is set again then. Thread:  the owner.
 */
OTD_API int32_t otd_serial_set_rate(otd_serial *port, uint32_t rate);

/*
 * Puts an even parity bit behind each byte, or none as after opening; what has been written but not drained
 * may be garbled. The loader of STM32 in ROM wants one.
 *
 * In:      even, not 0 = with it.
 * Returns: as otd_serial_read, and OTD_E_UNSUPPORTED where the port does not keep it: a pseudo terminal.
 * Thread:  the owner.
 */
OTD_API int32_t otd_serial_set_parity(otd_serial *port, uint32_t even);

/*
 * Sets both modem lines at once; not 0 = asserted (the pin of a usual adapter goes low).
 *
 * Returns: as otd_serial_read, and OTD_E_UNSUPPORTED where the port has no such lines: a pseudo terminal, a
 * port over the network. That is no reason to stop. Thread:  the owner. Source: TIOCMSET of ioctl_tty(2), one
 * call for both as ESP's reset circuit wants it.
 */
OTD_API int32_t otd_serial_set_lines(otd_serial *port, uint32_t data_terminal_ready,
                                     uint32_t request_to_send);

/* ---- rings: the sockets and the share log of one loop thread -------------------------------------- */

#define OTD_RING_CONNECTIONS_MAX 65536u
#define OTD_RING_LISTENERS_MAX 8u
#define OTD_RING_FILES_MAX 4u
#define OTD_RING_PATH_MAX 4095u

/* What a kernel may offer beyond the least a ring needs; also what a caller wants left out. */
#define OTD_RING_DEFER 1u /* completions are worked on when the loop waits, and not in between */
#define OTD_RING_COOP 2u  /* completions do not interrupt the loop */

/* otd_ring_event.kind */
#define OTD_RING_ACCEPTED 1u  /* connection, tag of the listener, address, port, scope */
#define OTD_RING_RECEIVED 2u  /* connection, buffer, length */
#define OTD_RING_ENDED 3u     /* connection: the other side sends no more; it may still read */
#define OTD_RING_SENT 4u      /* connection: all that was queued is with the kernel, as OTD_RING_TELL asked */
#define OTD_RING_CLOSED 5u    /* connection, reason, error: the last of a connection, exactly once */
#define OTD_RING_COMMITTED 6u /* tag, error: 0 = on disk; else not, and nothing of its group was sent */
#define OTD_RING_UNLISTENED 7u /* tag, error: 0 = as asked; else accepting failed and is tried again */
#define OTD_RING_WOKEN 8u      /* otd_ring_wake was called since the last one */
#define OTD_RING_TICK 9u       /* tick_ms have passed */

/* otd_ring_event.reason of OTD_RING_CLOSED */
#define OTD_RING_BY_US 1u     /* otd_ring_end */
#define OTD_RING_BY_PEER 2u   /* reset, or another error of the connection: see error */
#define OTD_RING_FULL 3u      /* more waited for it than queue_bytes_max */
#define OTD_RING_UNREAD 4u    /* nobody took its output for unread_ms */
#define OTD_RING_NO_BLOCKS 5u /* the blocks of all connections were used up */

/* otd_ring_item.flags */
#define OTD_RING_TELL 1u /* an OTD_RING_SENT once nothing is queued any more */

/* otd_ring_end: what is queued goes out first */
#define OTD_RING_FLUSH 1u

typedef struct otd_ring otd_ring;

typedef struct otd_ring_options {
    uint32_t connections;      /* 1 to OTD_RING_CONNECTIONS_MAX; more are refused at once */
    uint32_t entries;          /* requests handed to the kernel in one go: a power of two, 8 to 32768 */
    uint32_t completions;      /* that wait without a detour: a power of two, 2 * entries to 65536 */
    uint32_t buffers;          /* to receive into, for all: a power of two, 2 to 32768 */
    uint32_t buffer_bytes;     /* 64 to 65536 */
    uint32_t blocks;           /* to send from, for all: 1 to 2^24. Memory is only used once they are */
    uint32_t block_bytes;      /* 64 to 65536, a multiple of 16; 16 are the block's own */
    uint32_t queue_bytes_max;  /* waiting for one slow reader before it is closed */
    uint32_t commit_bytes_max; /* of one commit, 1 to 2^30 */
    uint32_t chain_max;        /* sends linked to a commit, at most entries - 1; the rest follow after it */
    uint32_t unread_ms;        /* output nobody takes for that long closes; seen each second. 0 = never */
    uint32_t tick_ms;          /* 0 = no ticks */
    uint32_t avoid;            /* OTD_RING_DEFER, OTD_RING_COOP: not used although the kernel has them */
    uint32_t reserved;
} otd_ring_options;

typedef struct otd_ring_info {
    uint64_t buffers; /* address of buffer 0; the next ones follow, buffer_bytes apart */
    uint32_t buffer_bytes;
    uint32_t features; /* OTD_RING_DEFER, OTD_RING_COOP: in use */
    uint32_t open;     /* connections that hold a slot */
    uint32_t blocks_free;
    /* Since otd_ring_open: */
    uint64_t turns;
    uint64_t accepted;
    uint64_t refused;    /* no slot was free */
    uint64_t starved;    /* receives that found no free buffer, and began again */
    uint64_t overflowed; /* turns that found completions which had not fitted */
    uint64_t short_sends;
    uint64_t chained; /* sends that went out behind a commit without coming back here */
    uint64_t late;    /* completions of a connection that is gone */
} otd_ring_info;

typedef struct otd_ring_event {
    uint32_t kind; /* OTD_RING_ACCEPTED to OTD_RING_TICK; it says which fields count, the others are 0 */
    int32_t error; /* errno of the system, positive; 0 = none */
    uint64_t connection;
    uint64_t tag;
    uint32_t buffer;
    uint32_t length;
    uint8_t address[16]; /* IPv6 in network order; IPv4 as ::ffff:a.b.c.d */
    uint32_t port;
    uint32_t scope;
    uint32_t reason;
    uint32_t reserved;
} otd_ring_event;

/* Bytes for one connection. Offset and length point into the data beside the items. */
typedef struct otd_ring_item {
    uint64_t connection;
    uint32_t offset;
    uint32_t length; /* at least 1 */
    uint32_t flags;  /* OTD_RING_TELL */
    uint32_t reserved;
} otd_ring_item;

/*
 * Makes a ring: sockets, files and a wake-up that one thread serves, with one call for each turn of its loop.
 *
 * Connections are numbers: what is said of one that is gone reaches nobody, also when another has its slot.
 *
 * In:      options; all of it is checked.
 * Out:     a ring, to be ended with otd_ring_close.
 * Returns: OTD_OK;
 *          OTD_E_ARGUMENT for an option outside its limits, named in the detail;
 *          OTD_E_UNSUPPORTED where the system has no io_uring, one older than Linux 6.0, or forbids it
 *          (kernel.io_uring_disabled, a container's filter): the detail says which;
 *          OTD_E_MEMORY, OTD_E_IO.
 * Thread:  any. The ring belongs to the thread of its first turn; all verbs but otd_ring_wake are for that
 *          thread alone. Source: io_uring_setup(2), io_uring_register(2).
 */
OTD_API int32_t otd_ring_open(otd_ring **out, const otd_ring_options *options);

/*
 * Closes every connection without sending what is queued, waits for what the kernel still does with the
 * ring's memory (a commit under way: until the disk has it, at most 10 s; then that memory is not freed), and
 * frees it. Listening sockets stay open, files are closed. No otd_ring_wake may be under way. Null is let
 * pass.
 */
OTD_API void otd_ring_close(otd_ring *ring);

/* Fills *out. Returns: OTD_OK. Thread: the owner. */
OTD_API int32_t otd_ring_state(const otd_ring *ring, otd_ring_info *out);

/*
 * Accepts from a listening TCP socket from the next turn on. The socket stays the caller's, who closes it
 * after its OTD_RING_UNLISTENED. What was set on it is inherited: TCP_NODELAY, SO_KEEPALIVE, SO_SNDBUF,
 * TCP_USER_TIMEOUT.
 *
 * In:      descriptor; tag, for the events, of no other listener of this ring.
 * Returns: OTD_OK; OTD_E_ARGUMENT for a tag in use or a descriptor below 0; OTD_E_BUSY when
 *          OTD_RING_LISTENERS_MAX are there. What accept says comes as an event.
 */
OTD_API int32_t otd_ring_listen(otd_ring *ring, int32_t descriptor, uint64_t tag);

/* Accepts no more of it; OTD_RING_UNLISTENED is the last event with this tag. OTD_E_MISSING without such a
 * listener. */
OTD_API int32_t otd_ring_unlisten(otd_ring *ring, uint64_t tag);

/*
 * Queues bytes, copied; the next turn sends them. Items of connections that are gone are let pass. One that
 * passes queue_bytes_max closes its connection, without any of these bytes.
 *
 * Returns: OTD_OK; OTD_E_ARGUMENT when an item points outside data: then nothing was queued.
 */
OTD_API int32_t otd_ring_send(otd_ring *ring, const otd_ring_item *items, uint32_t items_count,
                              const uint8_t *data, uint32_t data_length);

/*
 * Closes a connection: at once, or with OTD_RING_FLUSH when its queue is empty (what waits for a commit
 * included). Nothing is received any more. OTD_RING_CLOSED follows. One that is gone is let pass.
 *
 * Returns: OTD_OK, OTD_E_ARGUMENT for other flags.
 */
OTD_API int32_t otd_ring_end(otd_ring *ring, uint64_t connection, uint32_t flags);

/*
 * Opens a file for commits, past the page cache where its file system can. It exists and has its full length
 * already: writing behind its end is slow.
 *
 * In:      path, UTF-8, 1 to OTD_RING_PATH_MAX bytes.
 * Out:     file, a number for otd_ring_commit; direct, 1 = past the page cache.
 * Returns: OTD_OK; OTD_E_ARGUMENT; OTD_E_BUSY when OTD_RING_FILES_MAX are open; OTD_E_MISSING, OTD_E_DENIED,
 *          OTD_E_IO as the system says. Thread: the owner; it waits for the file system.
 */
OTD_API int32_t otd_ring_file_open(otd_ring *ring, uint32_t *file, uint32_t *direct, const uint8_t *path,
                                   uint32_t path_length);

/* Returns: OTD_OK; OTD_E_ARGUMENT when it is not open; OTD_E_BUSY while a commit of it is under way. */
OTD_API int32_t otd_ring_file_close(otd_ring *ring, uint32_t file);

/*
 * Makes bytes durable and sends the answers that depend on them: the kernel starts these sends when the disk
 * has confirmed the write, without a turn in between. When the write fails, or is cut short, none of them is
 * sent or kept, and the event says why; whoever repeats the commit brings the answers again.
 *
 * Whole blocks of 4096 bytes are written: before offset stands what is there, behind the end follow zeros.
 * So nothing but zeros may lie behind it in its block, and only one commit is under way at a time.
 *
 * In:      file; tag, for the event; offset, where the bytes belong; bytes, copied; items and data as for
 *          otd_ring_send. An answer stays behind what was queued for its connection before.
 * Returns: OTD_OK, and an OTD_RING_COMMITTED follows; OTD_E_BUSY while one is under way;
 *          OTD_E_ARGUMENT for no bytes or more than commit_bytes_max, a file that is not open or an item that
 *          points outside data; OTD_E_IO when what stands before offset cannot be read. Nothing was begun
 * then. Source:  RWF_DSYNC of pwritev2(2), IOSQE_IO_LINK and IOSQE_IO_HARDLINK of io_uring_enter(2).
 */
OTD_API int32_t otd_ring_commit(otd_ring *ring, uint32_t file, uint64_t tag, uint64_t offset,
                                const uint8_t *bytes, uint32_t bytes_length, const otd_ring_item *items,
                                uint32_t items_count, const uint8_t *data, uint32_t data_length);

/*
 * One turn of the loop: hands all requests to the kernel, waits, and fills in what happened. What a buffer
 * holds is good until the next turn, which takes back all that this one gave.
 *
 * In:      wait_nr, completions to wait for; 1 = whatever comes first. More than 1 saves wake-ups, and then a
 *          wake from another thread is only seen when the time is up;
 *          timeout_ns, nanoseconds at most; 0 = what is there already, below 0 = until something happens.
 *          A tick ends a wait too.
 * Out:     count of events, at most events_length; the rest comes with the next turns. 0 = the time was up,
 * or the ring had something to do for itself. Returns: OTD_OK; OTD_E_ARGUMENT without room for an event or
 * from another thread than the first turn's; OTD_E_IO when the kernel refuses: the ring is of no use then.
 * Thread:  the owner, which the first turn makes.
 */
OTD_API int32_t otd_ring_turn(otd_ring *ring, otd_ring_event *events, uint32_t *count, uint32_t events_length,
                              uint32_t wait_nr, int64_t timeout_ns);

/*
 * Makes the loop's wait end, or the next one when it is not waiting: OTD_RING_WOKEN, one for all calls since
 * the last. Costs a system call only while the loop sleeps.
 *
 * Thread:  any, at the same time as any other verb but otd_ring_close.
 */
OTD_API void otd_ring_wake(otd_ring *ring);

#ifdef __cplusplus
}
#endif

#endif /* OTEDAMA_OS_H */
