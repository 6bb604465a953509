using System.Runtime.InteropServices;
using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>
/// A model behind a pseudo terminal: the product opens <see cref="Path"/> as any serial port. Rates reach the model;
/// parity and modem lines do not, since a pseudo terminal has none.
/// </summary>
internal sealed unsafe partial class Pty : IDisposable
{
    private const int ReadWrite = 2, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const nuint GetSettings = 0x802C542A; // TCGETS2
    private const int OutSpeedAt = 40; // of struct termios2
    private const short Readable = 1;
    private const int BufferBytes = 4096;

    private readonly int _master;
    private readonly ISimulatedDevice _device;
    private readonly Thread _pump;
    private readonly Lock _gate = new();
    private readonly int _slave;
    private volatile bool _ending;
    private volatile Exception? _failure;
    private long _rounds;

    public Pty(ISimulatedDevice device)
    {
        _device = device;
        _master = posix_openpt(ReadWrite | NoTerminal | NonBlocking | CloseOnExec);
        Check(_master);
        Check(grantpt(_master));
        Check(unlockpt(_master));
        byte* name = stackalloc byte[64];
        Check(ptsname_r(_master, name, 64));
        Path = Marshal.PtrToStringUTF8((nint)name)!;
        // Held open, so that the other end sees no hang-up between two users of the port.
        _slave = open(Path, ReadWrite | NoTerminal | NonBlocking | CloseOnExec);
        Check(_slave);
        _pump = new Thread(Run) { IsBackground = true, Name = "pty" };
        _pump.Start();
    }

    /// <summary>Of the slave, such as /dev/pts/7.</summary>
    public string Path { get; }

    /// <summary>Bits a second as the host has set them.</summary>
    public int Rate
    {
        get
        {
            byte* settings = stackalloc byte[64];
            return ioctl(_master, GetSettings, settings) == 0 ? *(int*)(settings + OutSpeedAt) : 0;
        }
    }

    /// <summary>
    /// The port as the product opens it, but for one thing: Drain also waits until the model has taken all, as on a wire a
    /// changed rate cannot catch up with bytes that have left.
    /// </summary>
    public ILink OpenLink(int rate = 115_200) => new Settling(SerialLink.Open(Path, rate), this);

    /// <summary>Waits until the model has taken everything that was written before.</summary>
    public void Settle()
    {
        long began = Interlocked.Read(ref _rounds);
        // The round under way may have looked before the bytes were there; the one after it has taken them.
        Patience.Until(() => Interlocked.Read(ref _rounds) >= began + 2 || _ending || _failure is not null);
        ThrowIfFailed();
    }

    /// <summary>Unplugs it: the host's reads end as those of a port that is gone.</summary>
    public void Dispose()
    {
        if (_ending)
        {
            return;
        }
        _ending = true;
        _pump.Join();
        _ = close(_master);
        _ = close(_slave);
        ThrowIfFailed();
    }

    /// <summary>What the model threw.</summary>
    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException($"the device behind {Path} failed: {failure.Message}", failure);
        }
    }

    private void Run()
    {
        try
        {
            Pump();
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private void Pump()
    {
        byte* buffer = stackalloc byte[BufferBytes];
        int unsent = 0;
        byte* outgoing = stackalloc byte[BufferBytes];
        while (!_ending)
        {
            PollEntry entry = new() { File = _master, Events = Readable };
            int ready = poll(&entry, 1, 1);
            int rate = Rate;
            lock (_gate)
            {
                while (ready > 0)
                {
                    nint got = read(_master, buffer, BufferBytes);
                    if (got <= 0)
                    {
                        break;
                    }
                    _device.Receive(new ReadOnlySpan<byte>(buffer, (int)got), rate);
                }
                if (unsent == 0)
                {
                    unsent = _device.Take(new Span<byte>(outgoing, BufferBytes), rate);
                }
                if (unsent > 0)
                {
                    nint sent = write(_master, outgoing, (nuint)unsent);
                    if (sent > 0)
                    {
                        new Span<byte>(outgoing + sent, unsent - (int)sent).CopyTo(new Span<byte>(outgoing, BufferBytes));
                        unsent -= (int)sent;
                    }
                }
            }
            Interlocked.Increment(ref _rounds);
        }
    }

    private static void Check(int status)
    {
        if (status < 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Found;
    }

    private sealed class Settling(ILink link, Pty pty) : ILink
    {
        public string Name => link.Name;

        public int Read(Span<byte> into, TimeSpan wait) => link.Read(into, wait);

        public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait) => link.Write(bytes, wait);

        public void Drain(TimeSpan wait)
        {
            link.Drain(wait);
            pty.Settle();
        }

        public void Discard() => link.Discard();

        public void SetRate(int bitsPerSecond) => link.SetRate(bitsPerSecond);

        public bool SetLines(bool dataTerminalReady, bool requestToSend) => link.SetLines(dataTerminalReady, requestToSend);

        public void Dispose() => link.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int file, byte* name, nuint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int file);

    [LibraryImport("libc")]
    private static partial nint read(int file, byte* into, nuint length);

    [LibraryImport("libc")]
    private static partial nint write(int file, byte* bytes, nuint length);

    [LibraryImport("libc")]
    private static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int ioctl(int file, nuint request, byte* argument);
}
