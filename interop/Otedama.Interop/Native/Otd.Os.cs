using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>The verbs of otedama_os.h, letter for letter.</summary>
internal static unsafe partial class Otd
{
    public const uint OTD_SERIAL_PATH_MAX = 255;
    public const uint OTD_SERIAL_RATE_MAX = 12000000;

    public const uint OTD_RING_CONNECTIONS_MAX = 65536;
    public const uint OTD_RING_FLUSH = 1;

    [LibraryImport(Library)]
    public static partial int otd_thread_set_affinity(uint cpu);

    [LibraryImport(Library)]
    public static partial int otd_thread_set_priority(int nice);

    [LibraryImport(Library)]
    public static partial int otd_serial_open(nint* @out, byte* path, uint path_length, uint rate);

    [LibraryImport(Library)]
    public static partial void otd_serial_close(nint port);

    [LibraryImport(Library)]
    public static partial void otd_serial_cancel(nint port);

    [LibraryImport(Library)]
    public static partial int otd_serial_read(nint port, byte* into, uint* count, uint into_length, int wait_ms);

    [LibraryImport(Library)]
    public static partial int otd_serial_write(nint port, uint* count, byte* bytes, uint bytes_length, int wait_ms);

    [LibraryImport(Library)]
    public static partial int otd_serial_drain(nint port, uint* left, int wait_ms);

    [LibraryImport(Library)]
    public static partial int otd_serial_discard(nint port);

    [LibraryImport(Library)]
    public static partial int otd_serial_set_rate(nint port, uint rate);

    [LibraryImport(Library)]
    public static partial int otd_serial_set_parity(nint port, uint even);

    [LibraryImport(Library)]
    public static partial int otd_serial_set_lines(nint port, uint data_terminal_ready, uint request_to_send);

    [LibraryImport(Library)]
    public static partial int otd_ring_open(nint* @out, otd_ring_options* options);

    [LibraryImport(Library)]
    public static partial void otd_ring_close(nint ring);

    [LibraryImport(Library)]
    public static partial int otd_ring_state(nint ring, otd_ring_info* @out);

    [LibraryImport(Library)]
    public static partial int otd_ring_listen(nint ring, int descriptor, ulong tag);

    [LibraryImport(Library)]
    public static partial int otd_ring_unlisten(nint ring, ulong tag);

    [LibraryImport(Library)]
    public static partial int otd_ring_send(
        nint ring, otd_ring_item* items, uint items_count, byte* data, uint data_length);

    [LibraryImport(Library)]
    public static partial int otd_ring_end(nint ring, ulong connection, uint flags);

    [LibraryImport(Library)]
    public static partial int otd_ring_file_open(nint ring, uint* file, uint* direct, byte* path, uint path_length);

    [LibraryImport(Library)]
    public static partial int otd_ring_file_close(nint ring, uint file);

    [LibraryImport(Library)]
    public static partial int otd_ring_commit(
        nint ring, uint file, ulong tag, ulong offset, byte* bytes, uint bytes_length, otd_ring_item* items,
        uint items_count, byte* data, uint data_length);

    [LibraryImport(Library)]
    public static partial int otd_ring_turn(
        nint ring, otd_ring_event* events, uint* count, uint events_length, uint wait_nr, long timeout_ns);

    [LibraryImport(Library)]
    public static partial void otd_ring_wake(nint ring);
}
