namespace Otedama.Asic;

/// <summary>
/// The link to a chip's loader: frames out and in, lines, and opening it anew when the port goes away in a reset, as a
/// USB port of the chip itself does. It waits by reading, so boot messages are heard meanwhile. One thread.
/// </summary>
/// <param name="open">Opens the link; throws LinkException.</param>
/// <param name="pause">Waits without a link.</param>
public sealed class EspPort(Func<ILink> open, TimeProvider time, Action<TimeSpan> pause) : IDisposable
{
    private const int ReopensMax = 3;
    private static readonly TimeSpan s_reopenAfter = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_writeWait = TimeSpan.FromSeconds(3);

    /// <summary>Bytes without one reply that was asked for: a boot log has some KiB, and whoever sends this much is no
    /// loader.</summary>
    public const int BabbleMax = 4 << 20;

    private readonly EspSlipReader _reader = new();
    private readonly byte[] _buffer = new byte[4096];
    private ILink? _link = open();
    private long _babble;
    private long _limitBegan;
    private TimeSpan? _limit;

    /// <summary>ILink.Name, also while it is away.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What came outside of frames since the last reset.</summary>
    public string Text => _reader.Text;

    /// <summary>False once the link said that it has no modem lines.</summary>
    public bool HasLines { get; private set; } = true;

    /// <summary>The chip's own USB port: no rate, and another dance of lines.</summary>
    public bool IsUsbOfChip => Link.Name.Contains("303a:1001", StringComparison.OrdinalIgnoreCase);

    /// <summary>A serial port of another machine: its rate stays as that one set it.</summary>
    public bool IsNetwork => Link.Name.StartsWith("tcp://", StringComparison.OrdinalIgnoreCase);

    private ILink Link
    {
        get
        {
            ILink link = _link ?? throw new LinkException(LinkFault.Gone, Name, $"{Name} went away.");
            Name = link.Name;
            return link;
        }
    }

    /// <summary>So long, from now on, all that is asked of the chip may take; then whatever waits ends in an
    /// EspException. Null = as long as it takes.</summary>
    public void LimitTo(TimeSpan? limit)
    {
        _limit = limit;
        _limitBegan = time.GetTimestamp();
        _babble = 0;
    }

    /// <summary>A reply that was asked for came.</summary>
    public void Heard() => _babble = 0;

    /// <summary>Since some moment; the difference of two is time gone by.</summary>
    public TimeSpan Clock => TimeSpan.FromSeconds((double)time.GetTimestamp() / time.TimestampFrequency);

    public void Send(ReadOnlySpan<byte> packet)
    {
        ThrowIfOver();
        Link.Write(EspSlip.Frame(packet), s_writeWait);
    }

    /// <summary>The next frame; null when none came in that time.</summary>
    public byte[]? Receive(TimeSpan wait)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            if (_reader.TryNext(out byte[] packet))
            {
                return packet;
            }
            ThrowIfOver();
            TimeSpan left = wait - time.GetElapsedTime(began);
            int count = left > TimeSpan.Zero ? Link.Read(_buffer, left) : 0;
            if (count == 0)
            {
                return null;
            }
            Take(count);
        }
    }

    /// <summary>Hears what comes for that long.</summary>
    public void Listen(TimeSpan wait)
    {
        long began = time.GetTimestamp();
        for (TimeSpan left = wait; left > TimeSpan.Zero; left = wait - time.GetElapsedTime(began))
        {
            int count = Link.Read(_buffer, left);
            if (count == 0)
            {
                return;
            }
            Take(count);
        }
    }

    /// <summary>Hears until nothing comes for that long, and forgets the frames. Bounded by a hundred such
    /// times.</summary>
    public void Quiet(TimeSpan wait)
    {
        for (int i = 0; i < 100; i++)
        {
            int count = Link.Read(_buffer, wait);
            if (count == 0)
            {
                break;
            }
            Take(count);
        }
        _reader.Reset();
    }

    public void Discard()
    {
        Link.Discard();
        _reader.Reset();
    }

    /// <summary>False where the link has no rate to set.</summary>
    public bool TrySetRate(int rate)
    {
        try
        {
            Link.Drain(s_writeWait);
            Link.SetRate(rate);
            return true;
        }
        catch (LinkException e) when (e.Fault == LinkFault.Unsupported)
        {
            return false;
        }
    }

    /// <summary>Sets lines one after the other with the times between.</summary>
    public void Dance(ReadOnlySpan<EspLines> steps)
    {
        _reader.ForgetText();
        foreach (EspLines step in steps)
        {
            HasLines &= Link.SetLines(step.DataTerminalReady, step.RequestToSend);
            if (!HasLines)
            {
                return;
            }
            if (step.Milliseconds > 0)
            {
                Listen(TimeSpan.FromMilliseconds(step.Milliseconds));
            }
        }
    }

    /// <summary>Closes what is left of the link and opens it again. Throws the last LinkException.</summary>
    public void Reopen()
    {
        Close();
        for (int i = 1; ; i++)
        {
            pause(s_reopenAfter);
            try
            {
                _link = open();
                return;
            }
            catch (LinkException) when (i < ReopensMax)
            {
                // It may need its time to come back.
            }
        }
    }

    public void Dispose() => Close();

    private void Take(int count)
    {
        _reader.Take(_buffer.AsSpan(0, count));
        _babble += count;
        if (_babble > BabbleMax)
        {
            throw new EspException(
                $"{Name}: no loader of an ESP chip answers: {_babble} bytes came and no reply among them; {BabbleMax} "
                + "at most are allowed. Something else talks there. Is it the right port? Then hold BOOT, press RESET, "
                + "let go of BOOT, and try again.");
        }
        ThrowIfOver();
    }

    private void ThrowIfOver()
    {
        if (_limit is { } limit && time.GetElapsedTime(_limitBegan) > limit)
        {
            throw new EspException(
                $"{Name}: the chip did not come to an end with what it was asked in {(long)limit.TotalMinutes} min. Is "
                + "the cable, or the network to it, good?");
        }
    }

    private void Close()
    {
        _link?.Dispose();
        _link = null;
        _reader.Reset();
    }
}

/// <summary>Lines as they are set, true = asserted, and how long they stay so.</summary>
public readonly record struct EspLines(bool DataTerminalReady, bool RequestToSend, int Milliseconds = 0);
