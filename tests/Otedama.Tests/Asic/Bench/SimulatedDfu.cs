using System.Buffers.Binary;

namespace Otedama.Tests.Asic;

/// <summary>What a device on USB answers instead of data.</summary>
internal enum BenchReply
{
    Done,
    Stall,

    /// <summary>Nothing: the transfer runs out of time.</summary>
    Silent,

    /// <summary>It is not on the bus any more.</summary>
    Gone,
}

/// <summary>How a simulated device behaves when the download has ended.</summary>
internal enum BenchManifestation
{
    /// <summary>Manifestation tolerant: back to dfuIDLE.</summary>
    Idle,

    /// <summary>dfuMANIFEST-WAIT-RESET, then a reset by the host.</summary>
    WaitReset,

    /// <summary>Leaves the bus at once and starts the program.</summary>
    Leaves,

    /// <summary>Stalls whatever it is asked, then leaves.</summary>
    Stalls,
}

/// <summary>
/// A device as USB sees it: setup packet and data in, bytes out, with the states of USB DFU 1.1 (appendix A) and those of ST's DfuSe. It holds no
/// socket and has no clock of its own; asked for its state before the time it gave has passed while it is busy, it goes to dfuERROR, as chips do.
/// </summary>
internal class SimulatedDfu
{
    private readonly TimeProvider _time;
    private DateTimeOffset _busyUntil;
    private bool _busy;

    public SimulatedDfu(TimeProvider clock, int flashSize)
    {
        _time = clock;
        Flash = new byte[flashSize];
        Array.Fill(Flash, (byte)0xFF);
    }

    public ushort Vendor { get; init; } = 0x1209;

    public ushort Product { get; init; } = 1;

    /// <summary>bcdDevice; beside its program it is that of the program.</summary>
    public ushort Release { get => Loader ? field : ReleaseOf(Flash); set; } = 0x0100;

    public Func<byte[], ushort> ReleaseOf { get; init; } = static _ => 0x0100;

    public byte Attributes { get; set; } = 0x07;

    public ushort TransferSize { get; init; } = 1024;

    public ushort DetachTimeout { get; init; } = 1000;

    public virtual ushort Standard => 0x0110;

    public virtual string[] Texts { get; init; } = ["Firmware"];

    public TimeSpan BlockTime { get; set; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan ManifestTime { get; set; } = TimeSpan.FromMilliseconds(200);

    public BenchManifestation Manifestation { get; set; }

    public byte[] Flash { get; }

    /// <summary>In DFU mode; else beside its application.</summary>
    public bool Loader { get; set; } = true;

    public byte State { get; set; } = 2;

    public byte Status { get; set; }

    /// <summary>Counts every time it enumerates: handles of before are gone.</summary>
    public int Generation { get; private set; }

    public bool Plugged { get; set; } = true;

    /// <summary>Setup packets as they came, 8 bytes each.</summary>
    public List<string> Setups { get; } = [];

    /// <summary>Bytes of the last payload given to it, per DNLOAD.</summary>
    public List<byte[]> Downloads { get; } = [];

    /// <summary>Looked at before each transfer: what it does instead; null = as it should. May throw away its power.</summary>
    public Func<SimulatedDfu, int, BenchReply?>? Fault { get; set; }

    /// <summary>It never ends what it began, and says so.</summary>
    public bool BusyForEver { get; set; }

    /// <summary>Set = the next operation ends with this status.</summary>
    public byte FailNext { get; set; }

    /// <summary>Bytes of an update in progress that have reached the flash.</summary>
    protected int Written { get; set; }

    protected bool Busy => _busy;

    public virtual BenchReply Control(ReadOnlySpan<byte> setup, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        came = 0;
        Setups.Add(Convert.ToHexStringLower(setup));
        if (Fault?.Invoke(this, Setups.Count - 1) is { } instead)
        {
            return instead;
        }
        ushort value = BinaryPrimitives.ReadUInt16LittleEndian(setup[2..]);
        return setup[0] switch
        {
            0x21 when setup[1] == 0 => Detach(value),
            0x21 when setup[1] == 1 => Download(value, data),
            0x21 when setup[1] == 4 => Clear(),
            0x21 when setup[1] == 6 => Abort(),
            0xA1 when setup[1] == 2 => Upload(value, into, out came),
            0xA1 when setup[1] == 3 => GetStatus(into, out came),
            0xA1 when setup[1] == 5 => GetState(into, out came),
            _ => Stall(),
        };
    }

    /// <summary>The host resets the port.</summary>
    public virtual void Reset()
    {
        if (!Loader && State == 1)
        {
            EnterLoader();
        }
        else if (Loader && HasProgram)
        {
            StartProgram();
        }
        else
        {
            State = Loader ? (byte)2 : (byte)0;
            Status = 0;
            _busy = false;
        }
    }

    /// <summary>Off and on again: what was not in the flash is lost, and a device with a whole program starts it.</summary>
    public void PowerCycle()
    {
        _busy = false;
        Plugged = true;
        if (HasProgram)
        {
            StartProgram();
        }
        else
        {
            EnterLoader();
        }
    }

    /// <summary>Whether the loader finds a program to start; the flash says so.</summary>
    public Func<byte[], bool> IsProgram { get; init; } = static flash => flash[0] != 0xFF;

    public bool HasProgram => IsProgram(Flash);

    public void EnterLoader()
    {
        Loader = true;
        State = 2;
        Status = 0;
        Written = 0;
        Generation++;
    }

    public void StartProgram()
    {
        Loader = false;
        State = 0;
        Status = 0;
        Generation++;
    }

    /// <summary>Configuration descriptor with interface and functional descriptors, as the standard orders them.</summary>
    public byte[] Configuration()
    {
        List<byte> bytes = [9, 2, 0, 0, 1, 1, 0, 0x80, 50];
        int alternates = Loader ? Texts.Length : 1;
        for (byte alternate = 0; alternate < alternates; alternate++)
        {
            bytes.AddRange([9, 4, 0, alternate, 0, 0xFE, 1, Loader ? (byte)2 : (byte)1, (byte)(4 + alternate)]);
        }
        bytes.AddRange([9, 0x21, Attributes, .. Word(DetachTimeout), .. Word(TransferSize), .. Word(Standard)]);
        bytes[2] = (byte)bytes.Count;
        return [.. bytes];
    }

    private static byte[] Word(ushort value) => [(byte)(value & 0xFF), (byte)(value >> 8)];

    protected virtual BenchReply Download(ushort block, ReadOnlySpan<byte> data)
    {
        if (_busy || State is not (2 or 5) || data.Length > TransferSize || (State == 2 && data.Length == 0))
        {
            return Stall();
        }
        if (data.Length == 0)
        {
            State = 6;
            return BenchReply.Done;
        }
        Downloads.Add(data.ToArray());
        if (State == 2)
        {
            Array.Fill(Flash, (byte)0xFF);
            Written = 0;
        }
        if (Written + data.Length > Flash.Length)
        {
            Status = 8;
            State = 10;
            return BenchReply.Stall;
        }
        data.CopyTo(Flash.AsSpan(Written));
        Written += data.Length;
        State = 3;
        return BenchReply.Done;
    }

    protected virtual BenchReply Upload(ushort block, Span<byte> into, out int came)
    {
        came = 0;
        if (State is not (2 or 9) || (Attributes & 2) == 0)
        {
            return Stall();
        }
        int at = block * TransferSize;
        came = Math.Clamp(Flash.Length - at, 0, Math.Min(into.Length, TransferSize));
        Flash.AsSpan(at, came).CopyTo(into);
        State = came == TransferSize ? (byte)9 : (byte)2;
        return BenchReply.Done;
    }

    /// <summary>What the device does when it is asked after a DNLOAD: it begins.</summary>
    protected virtual TimeSpan Begin() => BlockTime;

    /// <summary>And how that ends: 0 or a status.</summary>
    protected virtual byte Finish()
    {
        byte status = FailNext;
        FailNext = 0;
        return status;
    }

    protected BenchReply Stall()
    {
        if (State > 1)
        {
            State = 10;
            Status = 15;
        }
        return BenchReply.Stall;
    }

    protected virtual BenchReply GetStatus(Span<byte> into, out int came)
    {
        came = 0;
        TimeSpan poll = TimeSpan.Zero;
        if (BusyForEver && State is 3 or 4)
        {
            State = 4;
            poll = BlockTime;
        }
        else if (_busy)
        {
            if (_time.GetUtcNow() < _busyUntil)
            {
                return Stall();
            }
            _busy = false;
            State = State == 4 ? (byte)3 : (byte)6;
            Status = State == 3 ? Finish() : (byte)0;
            if (Status != 0)
            {
                State = 10;
            }
            else if (State == 3)
            {
                State = 5;
            }
            else if (Manifestation == BenchManifestation.Idle)
            {
                State = 2;
            }
        }
        else if (State == 3)
        {
            poll = Begin();
            State = 4;
            Start(poll);
        }
        else if (State == 6)
        {
            switch (Manifestation)
            {
                case BenchManifestation.Leaves:
                    StartProgram();
                    return BenchReply.Gone;
                case BenchManifestation.Stalls:
                    StartProgram();
                    return BenchReply.Stall;
                case BenchManifestation.WaitReset:
                    State = 8;
                    break;
                default:
                    poll = ManifestTime;
                    State = 7;
                    Start(poll);
                    break;
            }
        }
        int ms = (int)poll.TotalMilliseconds;
        ReadOnlySpan<byte> answer = [Status, (byte)(ms & 0xFF), (byte)((ms >> 8) & 0xFF), (byte)((ms >> 16) & 0xFF), State, 0];
        came = Math.Min(into.Length, answer.Length);
        answer[..came].CopyTo(into);
        return BenchReply.Done;
    }

    protected void Start(TimeSpan time)
    {
        _busy = true;
        _busyUntil = _time.GetUtcNow() + time;
    }

    private BenchReply Detach(ushort timeout)
    {
        if (State != 0 || timeout == 0)
        {
            return Stall();
        }
        if ((Attributes & 8) != 0)
        {
            EnterLoader();
            return BenchReply.Done;
        }
        State = 1;
        return BenchReply.Done;
    }

    private BenchReply Clear()
    {
        if (State != 10)
        {
            return Stall();
        }
        State = 2;
        Status = 0;
        return BenchReply.Done;
    }

    private BenchReply Abort()
    {
        if (_busy || State is not (2 or 3 or 5 or 6 or 9))
        {
            return Stall();
        }
        State = 2;
        return BenchReply.Done;
    }

    private BenchReply GetState(Span<byte> into, out int came)
    {
        into[0] = State;
        came = 1;
        return BenchReply.Done;
    }
}
