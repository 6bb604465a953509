using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>
/// Offers models over USB/IP on this machine's loopback, so that a kernel in QEMU attaches them as devices. Closing a
/// device's connection is to unplug it. Source: Linux, Documentation/usb/usbip_protocol.rst.
/// </summary>
internal sealed class UsbIpServer : IDisposable
{
    private const int HeaderBytes = 48, DeviceBytes = 312, BusIdBytes = 32, PathBytes = 256;
    private const ushort Version = 0x0111, ListRequest = 0x8005, ListReply = 0x0005, ImportRequest = 0x8003, ImportReply = 0x0003;
    private const int Submit = 1, Unlink = 2, SubmitReply = 3, UnlinkReply = 4;
    private const int BrokenPipe = -32, ConnectionReset = -104;
    private const int TransferBytesMax = 1 << 20, EarlyMax = 64;

    /// <summary>How soon a transfer that waits is looked at again.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1);

    /// <summary>How long a device that was asked for nothing waits for a request at a time.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly UsbModel[] _models;
    private readonly Connection?[] _attached;
    private readonly List<Thread> _threads = [];
    private readonly Lock _gate = new();
    private volatile bool _ending;

    public UsbIpServer(params UsbModel[] models)
    {
        _models = models;
        _attached = new Connection?[models.Length];
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(8);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Start(Accept);
    }

    public int Port { get; }

    /// <summary>What went wrong in a connection, other than that it ended.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>The name under which the n-th model is attached, from 0.</summary>
    public static string BusId(int number) => FormattableString.Invariant($"1-{number + 1}");

    public bool IsAttached(int number) => _attached[number] is not null;

    /// <summary>Ends the connection of a device, which is what its host sees when it is pulled out.</summary>
    public void Unplug(int number) => _attached[number]?.Dispose();

    public void Dispose()
    {
        _ending = true;
        _listener.Dispose();
        foreach (Connection? one in _attached)
        {
            one?.Dispose();
        }
        Thread[] threads;
        lock (_gate)
        {
            threads = [.. _threads];
        }
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private void Start(ThreadStart work)
    {
        Thread thread = new(work) { IsBackground = true, Name = "usbip" };
        lock (_gate)
        {
            _threads.Add(thread);
        }
        thread.Start();
    }

    private void Accept()
    {
        while (!_ending)
        {
            try
            {
                Socket host = _listener.Accept();
                host.NoDelay = true;
                Start(() => Serve(host));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(Socket host)
    {
        try
        {
            Span<byte> request = stackalloc byte[8];
            Receive(host, request);
            switch (BinaryPrimitives.ReadUInt16BigEndian(request[2..]))
            {
                case ListRequest:
                    List(host);
                    break;
                case ImportRequest:
                    Import(host);
                    break;
                default:
                    break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The host is done, or it was unplugged.
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                Faults.Add(e.ToString());
            }
        }
        finally
        {
            host.Dispose();
        }
    }

    private void List(Socket host)
    {
        using MemoryStream reply = new();
        Span<byte> head = stackalloc byte[12];
        head.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(head, Version);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], ListReply);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], _models.Length);
        reply.Write(head);
        for (int i = 0; i < _models.Length; i++)
        {
            reply.Write(Describe(i));
            reply.Write(new byte[4 * _models[i].Count]); // of each interface class, subclass, protocol: it does not matter here
        }
        Send(host, reply.ToArray());
    }

    private void Import(Socket host)
    {
        Span<byte> id = stackalloc byte[BusIdBytes];
        Receive(host, id);
        string wanted = Encoding.ASCII.GetString(id).TrimEnd('\0');
        int number = Array.FindIndex([.. Enumerable.Range(0, _models.Length)], i => BusId(i) == wanted);
        byte[] head = new byte[8];
        BinaryPrimitives.WriteUInt16BigEndian(head, Version);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), ImportReply);
        using Connection connection = new(host, number < 0 ? _models[0] : _models[number]);
        bool free = number >= 0 && Interlocked.CompareExchange(ref _attached[number], connection, null) is null;
        if (!free)
        {
            head[7] = 1;
            Send(host, head);
            return;
        }
        try
        {
            Send(host, [.. head, .. Describe(number)]);
            connection.Run();
        }
        finally
        {
            _attached[number] = null;
        }
    }

    private byte[] Describe(int number)
    {
        UsbModel model = _models[number];
        byte[] its = new byte[DeviceBytes];
        Encoding.ASCII.GetBytes(FormattableString.Invariant($"/sys/devices/bench/usb1/{BusId(number)}")).CopyTo(its, 0);
        Encoding.ASCII.GetBytes(BusId(number)).CopyTo(its, PathBytes);
        Span<byte> rest = its.AsSpan(PathBytes + BusIdBytes);
        BinaryPrimitives.WriteInt32BigEndian(rest, 1);
        BinaryPrimitives.WriteInt32BigEndian(rest[4..], number + 2);
        BinaryPrimitives.WriteInt32BigEndian(rest[8..], UsbModel.FullSpeed);
        BinaryPrimitives.WriteUInt16BigEndian(rest[12..], model.VendorId);
        BinaryPrimitives.WriteUInt16BigEndian(rest[14..], model.ProductId);
        BinaryPrimitives.WriteUInt16BigEndian(rest[16..], model.Release);
        (rest[18], rest[19], rest[20], rest[21], rest[22], rest[23]) =
            (model.DeviceClass, model.DeviceSubClass, model.DeviceProtocol, 1, 1, (byte)model.Count);
        return its;
    }

    private static void Receive(Socket socket, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int got = socket.Receive(into);
            into = got > 0 ? into[got..] : throw new EndOfStreamException();
        }
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    /// <summary>One attached device. Its own thread reads and answers; what has nothing to answer with waits in a list.</summary>
    private sealed class Connection(Socket host, UsbModel model) : IDisposable
    {
        private readonly List<Pending> _waiting = [];
        private readonly Dictionary<int, int> _early = [];
        private int? _last;
        private readonly byte[] _buffer = new byte[TransferBytesMax];

        public void Dispose() => host.Dispose();

        public void Run()
        {
            byte[] header = new byte[HeaderBytes];
            while (true)
            {
                if (host.Poll(_waiting.Count > 0 ? s_look : s_idle, SelectMode.SelectRead))
                {
                    Receive(host, header);
                    Take(header);
                }
                AnswerWaiting();
            }
        }

        private void Take(byte[] header)
        {
            int command = BinaryPrimitives.ReadInt32BigEndian(header);
            int sequence = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
            if (command == Unlink)
            {
                TakeBack(sequence, BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(20)));
                return;
            }
            if (command != Submit)
            {
                throw new InvalidDataException(FormattableString.Invariant($"USB/IP command {command}"));
            }
            bool toHost = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12)) == 1;
            int endpoint = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16));
            int length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(24));
            if (length is < 0 or > TransferBytesMax)
            {
                throw new InvalidDataException(FormattableString.Invariant($"USB/IP transfer of {length} bytes"));
            }
            Span<byte> data = _buffer.AsSpan(0, length);
            if (!toHost)
            {
                Receive(host, data);
            }
            _last = sequence;
            if (_early.Remove(sequence, out int unlink))
            {
                Reply(UnlinkReply, unlink, ConnectionReset, 0, []);
                return;
            }
            if (endpoint == 0)
            {
                UsbReply reply = model.Control(header.AsSpan(40, 8), toHost ? [] : data, toHost ? data : [], out int came);
                Answer(sequence, reply == UsbReply.Done, toHost ? data[..came] : [], toHost ? came : length);
            }
            else if (toHost)
            {
                _waiting.Add(new Pending(sequence, (byte)(endpoint | 0x80), length, Stopwatch.GetTimestamp()));
            }
            else
            {
                Answer(sequence, model.Out((byte)endpoint, data) == UsbReply.Done, [], length);
            }
        }

        /// <summary>
        /// A request is taken back. Linux's vhci may say so before it has sent the request (their numbers rise, so that is
        /// seen), and frees it under its sender's hands when told too soon that it is gone: that answer waits for the request.
        /// One that was taken back is never answered.
        /// </summary>
        private void TakeBack(int sequence, int victim)
        {
            if (_last is null || victim - _last > 0)
            {
                _early[victim] = _early.Count < EarlyMax ? sequence
                    : throw new InvalidDataException("USB/IP takes back more than ever comes");
                return;
            }
            bool waited = _waiting.RemoveAll(one => one.Sequence == victim) > 0;
            Reply(UnlinkReply, sequence, waited ? ConnectionReset : 0, 0, []);
        }

        /// <summary>In the order of the requests: a later one of an endpoint does not overtake one that got nothing.</summary>
        private void AnswerWaiting()
        {
            HashSet<byte> dry = [];
            for (int i = 0; i < _waiting.Count;)
            {
                Pending one = _waiting[i];
                int came = 0;
                UsbReply reply = dry.Contains(one.Endpoint) ? UsbReply.None
                    : model.In(one.Endpoint, _buffer.AsSpan(0, one.Length), Stopwatch.GetElapsedTime(one.Began), out came);
                if (reply == UsbReply.None)
                {
                    dry.Add(one.Endpoint);
                    i++;
                    continue;
                }
                _waiting.RemoveAt(i);
                Answer(one.Sequence, reply == UsbReply.Done, _buffer.AsSpan(0, came), came);
            }
        }

        private void Answer(int sequence, bool done, ReadOnlySpan<byte> data, int actual) =>
            Reply(SubmitReply, sequence, done ? 0 : BrokenPipe, done ? actual : 0, done ? data : []);

        private void Reply(int command, int sequence, int status, int actual, ReadOnlySpan<byte> data)
        {
            byte[] all = new byte[HeaderBytes + data.Length];
            BinaryPrimitives.WriteInt32BigEndian(all, command);
            BinaryPrimitives.WriteInt32BigEndian(all.AsSpan(4), sequence);
            BinaryPrimitives.WriteInt32BigEndian(all.AsSpan(20), status);
            BinaryPrimitives.WriteInt32BigEndian(all.AsSpan(24), actual);
            data.CopyTo(all.AsSpan(HeaderBytes));
            Send(host, all);
        }

        private readonly record struct Pending(int Sequence, byte Endpoint, int Length, long Began);
    }
}
