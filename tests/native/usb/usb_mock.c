/* usb_mock.c - starts a program to which one USB device is there that this file plays: usbfs as umockdev
 * takes it out of the program's ioctls, below the real libusb. umockdev-wrapper has to start it.
 *
 *   umockdev-wrapper otedama_usb_mock PROGRAM [ARGUMENT...]     its exit status is the program's; 125: no
 * testbed
 *
 * The device, C0DE:0001 on port 1-1, sends back from 81 what came to 02, each byte plus one. Vendor requests:
 * 1 keeps up to 64 bytes and gives them back, 2 lets the next transfer from 81 stall until the halt is
 * cleared, 3 leaves the bus and comes back after wValue milliseconds under the next address, 4 is never
 * answered. */
#include <errno.h>
#include <glib.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <umockdev.h>
#include <unistd.h>

enum {
    URBS_MAX = 64,
    KEPT_MAX = 64,
    FIFO_MAX = 1 << 20,
    SETUP_BYTES = 8,
    BULK_IN = 0x81,
    BULK_OUT = 0x02,
    FAILED = 125,
};

#define DEVICE_PATH "/devices/pci0000:00/0000:00:01.0/usb1/1-1"
#define SYS_PATH "/sys" DEVICE_PATH

static const guint8 device_descriptor[] = {18,   1,    0x00, 0x02, 0xFF, 0, 0, 64, 0xDE,
                                           0xC0, 0x01, 0x00, 0x34, 0x12, 1, 2, 3,  1};
static const guint8 configuration[] = {9, 2, 32,       0, 1,  1,    0, 0x80, 50, /* itself: one interface */
                                       9, 4, 0,        0, 2,  0xFF, 0, 0,    0,  /* two endpoints */
                                       7, 5, BULK_IN,  2, 64, 0,    0,           /* to the host */
                                       7, 5, BULK_OUT, 2, 64, 0,    0};          /* from it */
static const char *const texts[] = {"Bench", "Mocked device", "MOCK0001"};

/* A transfer that the program has handed over and not got back. */
typedef struct {
    UMockdevIoctlClient *client;
    UMockdevIoctlData *urb, *buffer;
    int discarded;
} pending;

static struct {
    GMutex lock; /* umockdev answers on a thread of its own, the device comes back on ours */
    UMockdevTestbed *testbed;
    UMockdevIoctlBase *handler;
    int address, here, halted, stall_next;
    unsigned away_ms;
    guint8 kept[KEPT_MAX];
    int kept_length;
    GByteArray *fifo;
    pending urbs[URBS_MAX];
    int urb_count;
    GMainLoop *loop;
    int status;
} mock;

static void node_of(char *node, size_t length) {
    snprintf(node, length, "/dev/bus/usb/001/%03d", mock.address);
}

static void append_hex(GString *text, const guint8 *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        g_string_append_printf(text, "%02X", bytes[i]);
}

static int plug_in(void) {
    GString *text = g_string_new(NULL);
    GError *error = NULL;
    char node[32];
    node_of(node, sizeof node);
    g_string_append_printf(
        text,
        "P: " DEVICE_PATH "\nN: %s\nE: BUSNUM=001\nE: DEVNUM=%03d\nE: DEVNAME=%s\nE: DEVTYPE=usb_device\n"
        "E: SUBSYSTEM=usb\nA: busnum=1\\n\nA: devnum=%d\\n\nA: speed=12\\n\nA: bConfigurationValue=1\\n\n"
        "A: idVendor=c0de\\n\nA: idProduct=0001\\n\nA: bNumConfigurations=1\\n\nA: bDeviceClass=ff\\n\n"
        "A: manufacturer=%s\\n\nA: product=%s\\n\nA: serial=%s\\n\nH: descriptors=",
        node + strlen("/dev/"), mock.address, node, mock.address, texts[0], texts[1], texts[2]);
    append_hex(text, device_descriptor, sizeof device_descriptor);
    append_hex(text, configuration, sizeof configuration);
    g_string_append(text, "\n");
    int good = umockdev_testbed_add_from_string(mock.testbed, text->str, &error) &&
               umockdev_testbed_attach_ioctl(mock.testbed, node, mock.handler, &error);
    g_string_free(text, TRUE);
    if (!good) {
        fprintf(stderr, "usb_mock: the device cannot be added: %s\n", error->message);
        return 0;
    }
    umockdev_testbed_uevent(mock.testbed, SYS_PATH, "add");
    return 1;
}

static gboolean leave(gpointer unused) {
    char node[32];
    node_of(node, sizeof node);
    umockdev_testbed_detach_ioctl(mock.testbed, node, NULL);
    umockdev_testbed_uevent(mock.testbed, SYS_PATH, "remove");
    umockdev_testbed_remove_device(mock.testbed, SYS_PATH);
    return G_SOURCE_REMOVE;
}

static gboolean come_back(gpointer unused) {
    g_mutex_lock(&mock.lock);
    mock.address++;
    mock.here = 1;
    mock.halted = mock.stall_next = 0;
    g_byte_array_set_size(mock.fifo, 0);
    g_mutex_unlock(&mock.lock);
    if (!plug_in()) {
        mock.status = FAILED;
        g_main_loop_quit(mock.loop);
    }
    return G_SOURCE_REMOVE;
}

/* A descriptor into the buffer; -EPIPE when there is none of that name. */
static int describe(int value, guint8 *into, int length) {
    guint8 text[2 + 2 * 32];
    const guint8 *from = text;
    int count = 0, index = value & 0xFF;
    if (value >> 8 == 1) {
        from = device_descriptor;
        count = sizeof device_descriptor;
    } else if (value >> 8 == 2 && index == 0) {
        from = configuration;
        count = sizeof configuration;
    } else if (value == 0x0300) {
        memcpy(text, "\x04\x03\x09\x04", 4);
        count = 4;
    } else if (value >> 8 == 3 && index <= (int)G_N_ELEMENTS(texts)) {
        const char *its = texts[index - 1];
        for (count = 2; *its; its++) {
            text[count++] = (guint8)*its;
            text[count++] = 0;
        }
        text[0] = (guint8)count;
        text[1] = 3;
    } else {
        return -EPIPE;
    }
    count = MIN(count, length);
    memcpy(into, from, (size_t)count);
    return count;
}

/* How many bytes went, or -errno: -EAGAIN waits. */
static int control(guint8 *bytes, int length) {
    const guint8 *setup = bytes;
    int value = setup[2] | setup[3] << 8, data = MIN(setup[6] | setup[7] << 8, length - SETUP_BYTES);
    guint8 *rest = bytes + SETUP_BYTES;
    switch (setup[0] << 8 | setup[1]) {
    case 0x8000:
        memset(rest, 0, (size_t)data);
        return data;
    case 0x8006:
        return describe(value, rest, data);
    case 0x4001:
        mock.kept_length = MIN(data, KEPT_MAX);
        memcpy(mock.kept, rest, (size_t)mock.kept_length);
        return data;
    case 0xC001:
        data = MIN(data, mock.kept_length);
        memcpy(rest, mock.kept, (size_t)data);
        return data;
    case 0x4002:
        mock.stall_next = 1;
        return 0;
    case 0x4003:
        mock.here = 0;
        g_timeout_add(0, leave, NULL);
        g_timeout_add((guint)value, come_back, NULL);
        return 0;
    case 0xC004:
        return -EAGAIN;
    default:
        return -EPIPE;
    }
}

static int bulk(int endpoint, guint8 *bytes, int length) {
    if (endpoint == BULK_OUT) {
        for (int i = 0; i < length && mock.fifo->len < FIFO_MAX; i++) {
            guint8 next = (guint8)(bytes[i] + 1);
            g_byte_array_append(mock.fifo, &next, 1);
        }
        return length;
    }
    if (endpoint != BULK_IN)
        return -EPIPE;
    if (mock.stall_next || mock.halted) {
        mock.stall_next = 0;
        mock.halted = 1;
        return -EPIPE;
    }
    if (mock.fifo->len == 0)
        return -EAGAIN;
    int count = MIN(length, (int)mock.fifo->len);
    memcpy(bytes, mock.fifo->data, (size_t)count);
    g_byte_array_remove_range(mock.fifo, 0, (guint)count);
    return count;
}

/* Whether it is done; then its fields are in the program's memory. */
static int finish(pending *one) {
    struct usbdevfs_urb *urb = (struct usbdevfs_urb *)one->urb->data;
    int came;
    if (one->discarded)
        came = -ENOENT;
    else if (!mock.here)
        came = -ESHUTDOWN;
    else if (urb->type == USBDEVFS_URB_TYPE_CONTROL)
        came = control(one->buffer->data, one->buffer->data_len);
    else
        came = bulk(urb->endpoint, one->buffer->data, one->buffer->data_len);
    if (came == -EAGAIN)
        return 0;
    int status = came < 0 ? came : 0, actual = came < 0 ? 0 : came;
    if (actual > 0)
        umockdev_ioctl_data_update(one->buffer, 0, g_memdup2(one->buffer->data, one->buffer->data_len),
                                   one->buffer->data_len);
    umockdev_ioctl_data_update(one->urb, offsetof(struct usbdevfs_urb, status), (guint8 *)&status,
                               sizeof status);
    umockdev_ioctl_data_update(one->urb, offsetof(struct usbdevfs_urb, actual_length), (guint8 *)&actual,
                               sizeof actual);
    return 1;
}

static void drop(int index) {
    g_object_unref(mock.urbs[index].urb);
    g_object_unref(mock.urbs[index].buffer);
    memmove(&mock.urbs[index], &mock.urbs[index + 1], (size_t)(--mock.urb_count - index) * sizeof(pending));
}

/* 0 or an errno. */
static int submit(UMockdevIoctlClient *client, UMockdevIoctlData *urb_data) {
    if (!mock.here)
        return ENODEV;
    if (mock.urb_count == URBS_MAX)
        return ENOMEM;
    const struct usbdevfs_urb *urb = (const struct usbdevfs_urb *)urb_data->data;
    UMockdevIoctlData *buffer = umockdev_ioctl_data_resolve(urb_data, offsetof(struct usbdevfs_urb, buffer),
                                                            (gsize)urb->buffer_length, NULL);
    if (!buffer)
        return EINVAL;
    mock.urbs[mock.urb_count++] = (pending){client, g_object_ref(urb_data), buffer, 0};
    return 0;
}

static int discard(gulong address) {
    for (int i = 0; i < mock.urb_count; i++) {
        if (mock.urbs[i].urb->client_addr == address) {
            mock.urbs[i].discarded = 1;
            return 0;
        }
    }
    return EINVAL;
}

/* The first that is done goes back; of an endpoint none overtakes one that waits. */
static int reap(UMockdevIoctlClient *client, UMockdevIoctlData *place) {
    int in_waits = 0, left = 0;
    for (int i = 0; i < mock.urb_count; i++) {
        pending *one = &mock.urbs[i];
        if (one->client != client)
            continue;
        left++;
        int is_in = ((struct usbdevfs_urb *)one->urb->data)->endpoint == BULK_IN;
        if (is_in && in_waits && !one->discarded)
            continue;
        if (finish(one)) {
            umockdev_ioctl_data_set_ptr(place, 0, one->urb);
            drop(i);
            return 0;
        }
        in_waits |= is_in;
    }
    return mock.here || left ? EAGAIN : ENODEV;
}

static gboolean handle(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer unused) {
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *data = NULL;
    if (request != (gulong)USBDEVFS_DISCARDURB && _IOC_SIZE(request) > 0)
        data = umockdev_ioctl_data_resolve(arg, 0, _IOC_SIZE(request), NULL);
    guint32 none = 0;
    int error = 0;
    g_mutex_lock(&mock.lock);
    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        umockdev_ioctl_data_update(data, 0, (guint8 *)&none, sizeof none);
        break;
    case USBDEVFS_CLEAR_HALT:
        mock.halted = 0;
        error = mock.here ? 0 : ENODEV;
        break;
    case USBDEVFS_CLAIMINTERFACE:
    case USBDEVFS_RELEASEINTERFACE:
    case USBDEVFS_SETCONFIGURATION:
    case USBDEVFS_SETINTERFACE:
    case USBDEVFS_RESET:
        error = mock.here ? 0 : ENODEV;
        break;
    case USBDEVFS_GETDRIVER:
    case USBDEVFS_IOCTL:
        error = ENODATA;
        break;
    case USBDEVFS_SUBMITURB:
        error = submit(client, data);
        break;
    case USBDEVFS_DISCARDURB:
        error = discard(*(gulong *)arg->data);
        break;
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        error = reap(client, data);
        break;
    default:
        error = ENOTTY;
    }
    g_mutex_unlock(&mock.lock);
    umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
    if (data)
        g_object_unref(data);
    return TRUE;
}

static void ended(GPid child, gint status, gpointer unused) {
    mock.status = WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
    g_spawn_close_pid(child);
    g_main_loop_quit(mock.loop);
}

int main(int count, char **words) {
    GError *error = NULL;
    GPid child;
    if (count < 2) {
        fprintf(stderr, "usb_mock: say umockdev-wrapper %s PROGRAM [ARGUMENT...]\n", words[0]);
        return FAILED;
    }
    mock.testbed = umockdev_testbed_new();
    if (!umockdev_in_mock_environment()) {
        fprintf(stderr, "usb_mock: umockdev-wrapper has to start it\n");
        return FAILED;
    }
    mock.handler = umockdev_ioctl_base_new();
    mock.fifo = g_byte_array_new();
    mock.loop = g_main_loop_new(NULL, FALSE);
    mock.address = 2;
    mock.here = 1;
    g_signal_connect(mock.handler, "handle-ioctl", G_CALLBACK(handle), NULL);
    if (!plug_in())
        return FAILED;
    if (!g_spawn_async(NULL, words + 1, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL,
                       NULL, &child, &error)) {
        fprintf(stderr, "usb_mock: %s\n", error->message);
        return FAILED;
    }
    g_child_watch_add(child, ended, NULL);
    g_main_loop_run(mock.loop);
    return mock.status;
}
