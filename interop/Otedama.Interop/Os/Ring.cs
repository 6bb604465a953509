using System.Runtime.InteropServices;
using System.Text;

namespace Otedama.Interop;

/// <summary>
/// Sockets and the share log of one loop thread over Linux' io_uring. All of it is for the thread of the first Turn,
/// but Wake, which is for any. Every failure is a NativeException; Open's says why where the system has no ring to
/// give.
/// </summary>
public sealed unsafe class Ring : IDisposable
{
    public const int ConnectionsMax = (int)Otd.OTD_RING_CONNECTIONS_MAX;

    private readonly RingHandle _handle;
    private readonly byte* _buffers;
    private readonly int _bufferBytes;

    private Ring(RingHandle handle)
    {
        _handle = handle;
        otd_ring_info info;
        NativeException.ThrowIfFailed(Otd.otd_ring_state(handle.DangerousGetHandle(), &info), "look at a ring");
        _buffers = (byte*)info.buffers;
        _bufferBytes = (int)info.buffer_bytes;
    }

    public static Ring Open(RingOptions options)
    {
        Native.Open();
        otd_ring_options raw = new()
        {
            connections = (uint)options.Connections,
            entries = (uint)options.Entries,
            completions = (uint)options.Entries * 8,
            buffers = (uint)options.Buffers,
            buffer_bytes = (uint)options.BufferBytes,
            blocks = (uint)options.Blocks,
            block_bytes = (uint)options.BlockBytes,
            queue_bytes_max = (uint)options.QueueBytesMax,
            commit_bytes_max = (uint)options.CommitBytesMax,
            chain_max = (uint)options.Entries / 2,
            unread_ms = (uint)options.Unread.TotalMilliseconds,
        };
        nint ring;
        NativeException.ThrowIfFailed(Otd.otd_ring_open(&ring, &raw), "open an io_uring");
        return new Ring(new RingHandle(ring));
    }

    /// <summary>
    /// Accepts from a listening socket, which stays the caller's until Unlistened comes with its tag.
    /// </summary>
    public void Listen(SafeHandle socket, ulong tag) => NativeException.ThrowIfFailed(
        Otd.otd_ring_listen(Value, (int)socket.DangerousGetHandle(), tag), "accept through a ring");

    public void Unlisten(ulong tag) => NativeException.ThrowIfFailed(
        Otd.otd_ring_unlisten(Value, tag), "stop accepting through a ring");

    /// <summary>Copies; the next turn sends. Items of connections that are gone are let pass.</summary>
    public void Send(ReadOnlySpan<RingItem> items, ReadOnlySpan<byte> data)
    {
        fixed (RingItem* first = items)
        {
            fixed (byte* bytes = data)
            {
                NativeException.ThrowIfFailed(
                    Otd.otd_ring_send(Value, (otd_ring_item*)first, (uint)items.Length, bytes, (uint)data.Length),
                    "send through a ring");
            }
        }
    }

    /// <summary>Closes at once, or when all that is queued is sent. Closed follows.</summary>
    public void End(ulong connection, bool flush) => NativeException.ThrowIfFailed(
        Otd.otd_ring_end(Value, connection, flush ? Otd.OTD_RING_FLUSH : 0), "close a connection of a ring");

    /// <summary>Opens a file that has its full length, for commits. A number for Commit.</summary>
    public uint OpenFile(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path);
        uint file;
        uint direct;
        fixed (byte* bytes = name)
        {
            NativeException.ThrowIfFailed(
                Otd.otd_ring_file_open(Value, &file, &direct, bytes, (uint)name.Length),
                $"open \"{path}\" for commits");
        }
        return file;
    }

    public void CloseFile(uint file) => NativeException.ThrowIfFailed(
        Otd.otd_ring_file_close(Value, file), "close a file of a ring");

    /// <summary>
    /// Begins to make bytes durable at an offset; Committed with this tag says how it went. One at a time.
    /// </summary>
    public void Commit(uint file, ulong tag, long offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            NativeException.ThrowIfFailed(
                Otd.otd_ring_commit(Value, file, tag, (ulong)offset, first, (uint)bytes.Length, null, 0, null, 0),
                "commit through a ring");
        }
    }

    /// <summary>
    /// One turn: hands everything to the kernel and waits for what comes first, at most that long (negative: without
    /// end). What its events say is good until the next turn.
    /// </summary>
    public ReadOnlySpan<RingEvent> Turn(Span<RingEvent> room, TimeSpan wait)
    {
        uint count;
        fixed (RingEvent* events = room)
        {
            long nanoseconds = wait < TimeSpan.Zero ? -1 : (long)wait.TotalNanoseconds;
            NativeException.ThrowIfFailed(
                Otd.otd_ring_turn(Value, (otd_ring_event*)events, &count, (uint)room.Length, 1, nanoseconds),
                "turn a ring");
        }
        return room[..(int)count];
    }

    /// <summary>What a connection received, until the next turn.</summary>
    public ReadOnlySpan<byte> BytesOf(in RingEvent received) =>
        new(_buffers + ((nint)received.Buffer * _bufferBytes), (int)received.Length);

    /// <summary>Any thread: the wait of a turn ends, or the next one does.</summary>
    public void Wake()
    {
        bool added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
            Otd.otd_ring_wake(_handle.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
        finally
        {
            if (added)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <summary>Closes what is open, without sending what is queued.</summary>
    public void Dispose() => _handle.Dispose();

    private nint Value => _handle.DangerousGetHandle();
}
