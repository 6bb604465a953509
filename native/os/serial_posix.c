/* serial_posix.c - serial ports of Linux by termios2, which takes any rate. */
#if !defined(_WIN32)

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "otedama_os.h"

#if defined(__linux__)

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define OTD_RATE_OFF_PERCENT 5u
#define OTD_DRAIN_SLICE_MS 1

struct otd_serial {
    int port;
    int cancel; /* an eventfd: readable from the first cancel on, never read */
};

static int64_t otd_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int32_t otd_serial_failed(int error, const char *what) {
    if (error == EIO || error == ENODEV || error == ENXIO || error == EPIPE || error == ESHUTDOWN) {
        return otd_fail(OTD_E_DEVICE_LOST, "%s: the port is gone (%s)", what, strerror(error));
    }
    return otd_fail(OTD_E_IO, "%s: %s", what, strerror(error));
}

static int32_t otd_serial_unopened(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
    case EIO: /* a terminal whose other end is closed */
        return otd_fail(OTD_E_MISSING, "%s", strerror(error));
    case EBUSY:
        return otd_fail(OTD_E_BUSY, "%s", strerror(error));
    case EACCES:
    case EPERM:
        return otd_fail(OTD_E_DENIED, "%s", strerror(error));
    default:
        return otd_fail(OTD_E_IO, "%s", strerror(error));
    }
}

static int otd_rate_is_off(uint32_t wanted, uint32_t real) {
    uint64_t difference = wanted > real ? wanted - real : real - wanted;
    return difference * 100 > (uint64_t)wanted * OTD_RATE_OFF_PERCENT;
}

/* Asks for a rate and reads back what the driver made of it: many take the nearest they have, some keep
 * theirs. */
static int32_t otd_apply_rate(int port, struct termios2 *settings, uint32_t rate) {
    settings->c_cflag &= ~(tcflag_t)(CBAUD | (CBAUD << IBSHIFT));
    settings->c_cflag |= BOTHER | (BOTHER << IBSHIFT);
    settings->c_ispeed = rate;
    settings->c_ospeed = rate;
    struct termios2 real;
    if (ioctl(port, TCSETS2, settings) != 0 || ioctl(port, TCGETS2, &real) != 0) {
        return errno == EINVAL ? otd_fail(OTD_E_UNSUPPORTED, "%u bits a second: %s", rate, strerror(errno))
                               : otd_serial_failed(errno, "set rate");
    }
    if (otd_rate_is_off(rate, real.c_ospeed)) {
        return otd_fail(OTD_E_UNSUPPORTED, "%u bits a second: the port would run at %u", rate, real.c_ospeed);
    }
    return OTD_OK;
}

/* Three ways of holding a port alone: TIOCEXCL keeps out all but root, the lock those who lock too (esptool,
 * picocom), and who is root sees here that somebody has it. */
static int32_t otd_take_alone(int port) {
    int exclusive = 0;
    if (ioctl(port, TIOCGEXCL, &exclusive) == 0 && exclusive != 0) {
        return otd_fail(OTD_E_BUSY, "another program has opened it for itself alone");
    }
    if (flock(port, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return otd_fail(OTD_E_BUSY, "another program has locked it");
    }
    return ioctl(port, TIOCEXCL) == 0 ? OTD_OK : otd_serial_failed(errno, "take it alone");
}

static int32_t otd_set_raw(int port, uint32_t rate) {
    struct termios2 settings;
    if (ioctl(port, TCGETS2, &settings) != 0) {
        return errno == ENOTTY ? otd_fail(OTD_E_UNSUPPORTED, "it is no serial port")
                               : otd_serial_failed(errno, "read its settings");
    }
    int32_t status = otd_take_alone(port);
    if (status != OTD_OK) {
        return status;
    }
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    settings.c_cflag &= CBAUD; /* and no HUPCL: to close a port must not reset the board behind it */
    settings.c_cflag |= CS8 | CREAD | CLOCAL;
    settings.c_cc[VMIN] = 1; /* so that reading nothing means that the port is gone */
    settings.c_cc[VTIME] = 0;
    status = otd_apply_rate(port, &settings, rate);
    if (status == OTD_OK && ioctl(port, TCFLSH, TCIOFLUSH) != 0) {
        status = otd_serial_failed(errno, "forget what came before");
    }
    if (status != OTD_OK) {
        ioctl(port, TIOCNXCL);
    }
    return status;
}

int32_t otd_serial_open(otd_serial **out, const uint8_t *path, uint32_t path_length, uint32_t rate) {
    *out = NULL;
    if (path_length == 0 || path_length > OTD_SERIAL_PATH_MAX || memchr(path, 0, path_length) != NULL) {
        return otd_fail(OTD_E_ARGUMENT, "a port's name has 1 to %u bytes and no zero", OTD_SERIAL_PATH_MAX);
    }
    if (rate == 0 || rate > OTD_SERIAL_RATE_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "%u bits a second: allowed are 1 to %u", rate, OTD_SERIAL_RATE_MAX);
    }
    char name[OTD_SERIAL_PATH_MAX + 1];
    memcpy(name, path, path_length);
    name[path_length] = 0;
    otd_serial *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return otd_fail(OTD_E_MEMORY, "%zu bytes for a port", sizeof *made);
    }
    made->cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made->cancel < 0) {
        int error = errno;
        free(made);
        return otd_fail(OTD_E_IO, "eventfd: %s", strerror(error));
    }
    /* Not waiting for a carrier, which a board never gives. */
    made->port = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int32_t status = made->port < 0 ? otd_serial_unopened(errno) : otd_set_raw(made->port, rate);
    if (status != OTD_OK) {
        if (made->port >= 0) {
            close(made->port);
        }
        close(made->cancel);
        free(made);
        return status;
    }
    *out = made;
    return OTD_OK;
}

void otd_serial_close(otd_serial *port) {
    if (port == NULL) {
        return;
    }
    ioctl(port->port, TCFLSH, TCOFLUSH); /* else closing waits up to 30 s for a device that takes nothing */
    ioctl(port->port, TIOCNXCL);
    close(port->port);
    close(port->cancel);
    free(port);
}

void otd_serial_cancel(otd_serial *port) {
    uint64_t one = 1;
    ssize_t ignored = write(port->cancel, &one, sizeof one); /* can only fail when it was told often enough */
    (void)ignored;
}

/* Waits for the port or a cancel: 1 = the port has something to say, 0 = the time is up, else a status. */
static int32_t otd_serial_await(otd_serial *port, short events, int64_t deadline) {
    for (;;) {
        struct pollfd who[2] = {{.fd = port->port, .events = events}, {.fd = port->cancel, .events = POLLIN}};
        int64_t left = deadline - otd_now_ms();
        int ready = poll(who, 2, left <= 0 ? 0 : (int)left);
        if (ready < 0) {
            if (errno == EINTR) {
                continue;
            }
            return otd_serial_failed(errno, "wait for the port");
        }
        if (who[1].revents != 0) {
            return otd_fail(OTD_E_CANCELLED, "the port was closed");
        }
        if (ready > 0) {
            return 1;
        }
        if (left <= 0) {
            return 0;
        }
    }
}

int32_t otd_serial_read(otd_serial *port, uint8_t *into, uint32_t *count, uint32_t into_length,
                        int32_t wait_ms) {
    *count = 0;
    if (wait_ms < 0) {
        return otd_fail(OTD_E_ARGUMENT, "wait of %d ms", wait_ms);
    }
    if (into_length == 0) {
        return OTD_OK;
    }
    int64_t deadline = otd_now_ms() + wait_ms;
    for (;;) {
        int32_t ready = otd_serial_await(port, POLLIN, deadline);
        if (ready <= 0) {
            return ready;
        }
        ssize_t got = read(port->port, into, into_length);
        if (got > 0) {
            *count = (uint32_t)got;
            return OTD_OK;
        }
        if (got == 0) {
            return otd_fail(OTD_E_DEVICE_LOST, "read: the port is gone");
        }
        if (errno != EAGAIN && errno != EINTR) {
            return otd_serial_failed(errno, "read");
        }
    }
}

int32_t otd_serial_write(otd_serial *port, uint32_t *count, const uint8_t *bytes, uint32_t bytes_length,
                         int32_t wait_ms) {
    *count = 0;
    if (wait_ms < 0) {
        return otd_fail(OTD_E_ARGUMENT, "wait of %d ms", wait_ms);
    }
    int64_t deadline = otd_now_ms() + wait_ms;
    while (*count < bytes_length) {
        int32_t ready = otd_serial_await(port, POLLOUT, deadline);
        if (ready <= 0) {
            return ready;
        }
        ssize_t taken = write(port->port, bytes + *count, bytes_length - *count);
        if (taken > 0) {
            *count += (uint32_t)taken;
        } else if (taken < 0 && errno != EAGAIN && errno != EINTR) {
            return otd_serial_failed(errno, "write");
        }
    }
    return OTD_OK;
}

int32_t otd_serial_drain(otd_serial *port, uint32_t *left, int32_t wait_ms) {
    *left = 0;
    if (wait_ms < 0) {
        return otd_fail(OTD_E_ARGUMENT, "wait of %d ms", wait_ms);
    }
    int64_t deadline = otd_now_ms() + wait_ms;
    for (;;) {
        int waiting = 0;
        if (ioctl(port->port, TIOCOUTQ, &waiting) != 0) {
            return otd_serial_failed(errno, "ask what is left to send");
        }
        if (waiting <= 0) {
            break;
        }
        int64_t now = otd_now_ms();
        if (now >= deadline) {
            *left = (uint32_t)waiting;
            return OTD_OK;
        }
        /* No event tells that the last byte left: look again soon, and meanwhile hear a cancel. */
        int64_t slice = now + OTD_DRAIN_SLICE_MS;
        int32_t ready = otd_serial_await(port, 0, slice < deadline ? slice : deadline);
        if (ready < 0) {
            return ready;
        }
        if (ready > 0) {
            return otd_fail(OTD_E_DEVICE_LOST, "drain: the port is gone");
        }
    }
    /* What is left is a few bytes in the UART itself, for which the driver knows how to wait. */
    if (ioctl(port->port, TCSBRK, 1) != 0 && errno != EINTR) {
        return otd_serial_failed(errno, "drain");
    }
    return OTD_OK;
}

/* OTD_OK while nobody has cancelled. */
static int32_t otd_serial_alive(const otd_serial *port) {
    struct pollfd cancel = {.fd = port->cancel, .events = POLLIN};
    return poll(&cancel, 1, 0) > 0 ? otd_fail(OTD_E_CANCELLED, "the port was closed") : OTD_OK;
}

int32_t otd_serial_discard(otd_serial *port) {
    int32_t status = otd_serial_alive(port);
    if (status == OTD_OK && ioctl(port->port, TCFLSH, TCIFLUSH) != 0) {
        status = otd_serial_failed(errno, "discard");
    }
    return status;
}

int32_t otd_serial_set_rate(otd_serial *port, uint32_t rate) {
    if (rate == 0 || rate > OTD_SERIAL_RATE_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "%u bits a second: allowed are 1 to %u", rate, OTD_SERIAL_RATE_MAX);
    }
    int32_t status = otd_serial_alive(port);
    if (status != OTD_OK) {
        return status;
    }
    struct termios2 before;
    if (ioctl(port->port, TCGETS2, &before) != 0) {
        return otd_serial_failed(errno, "read its settings");
    }
    struct termios2 wanted = before;
    status = otd_apply_rate(port->port, &wanted, rate);
    if (status == OTD_E_UNSUPPORTED) {
        ioctl(port->port, TCSETS2, &before);
    }
    return status;
}

int32_t otd_serial_set_parity(otd_serial *port, uint32_t even) {
    int32_t status = otd_serial_alive(port);
    if (status != OTD_OK) {
        return status;
    }
    struct termios2 settings;
    if (ioctl(port->port, TCGETS2, &settings) != 0) {
        return otd_serial_failed(errno, "read its settings");
    }
    settings.c_cflag &= ~(tcflag_t)(PARENB | PARODD);
    settings.c_cflag |= even != 0 ? PARENB : 0;
    struct termios2 real;
    if (ioctl(port->port, TCSETS2, &settings) != 0 || ioctl(port->port, TCGETS2, &real) != 0) {
        return otd_serial_failed(errno, "set parity");
    }
    return (real.c_cflag & PARENB) == (settings.c_cflag & PARENB)
               ? OTD_OK
               : otd_fail(OTD_E_UNSUPPORTED, "the port keeps no parity bit");
}

int32_t otd_serial_set_lines(otd_serial *port, uint32_t data_terminal_ready, uint32_t request_to_send) {
    int32_t status = otd_serial_alive(port);
    if (status != OTD_OK) {
        return status;
    }
    int lines = 0;
    if (ioctl(port->port, TIOCMGET, &lines) == 0) {
        lines &= ~(TIOCM_DTR | TIOCM_RTS);
        lines |= (data_terminal_ready != 0 ? TIOCM_DTR : 0) | (request_to_send != 0 ? TIOCM_RTS : 0);
        if (ioctl(port->port, TIOCMSET, &lines) == 0) {
            return OTD_OK;
        }
    }
    if (errno == ENOTTY || errno == EINVAL || errno == EOPNOTSUPP) {
        return otd_fail(OTD_E_UNSUPPORTED, "it has no modem lines");
    }
    return otd_serial_failed(errno, "set modem lines");
}

#else

static int32_t otd_no_serial(void) {
    return otd_fail(OTD_E_UNSUPPORTED, "serial ports are only opened on Linux and Windows");
}

int32_t otd_serial_open(otd_serial **out, const uint8_t *path, uint32_t path_length, uint32_t rate) {
    *out = NULL;
    return otd_no_serial();
}

void otd_serial_close(otd_serial *port) {
}

void otd_serial_cancel(otd_serial *port) {
}

int32_t otd_serial_read(otd_serial *port, uint8_t *into, uint32_t *count, uint32_t into_length,
                        int32_t wait_ms) {
    *count = 0;
    return otd_no_serial();
}

int32_t otd_serial_write(otd_serial *port, uint32_t *count, const uint8_t *bytes, uint32_t bytes_length,
                         int32_t wait_ms) {
    *count = 0;
    return otd_no_serial();
}

int32_t otd_serial_drain(otd_serial *port, uint32_t *left, int32_t wait_ms) {
    *left = 0;
    return otd_no_serial();
}

int32_t otd_serial_discard(otd_serial *port) {
    return otd_no_serial();
}

int32_t otd_serial_set_rate(otd_serial *port, uint32_t rate) {
    return otd_no_serial();
}

int32_t otd_serial_set_parity(otd_serial *port, uint32_t even) {
    return otd_no_serial();
}

int32_t otd_serial_set_lines(otd_serial *port, uint32_t data_terminal_ready, uint32_t request_to_send) {
    return otd_no_serial();
}

#endif
#endif /* not Windows */
