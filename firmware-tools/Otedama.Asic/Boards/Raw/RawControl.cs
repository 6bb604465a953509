using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// The control port of a bitaxe-raw board: its reset line, its I2C bus, its lamp. One request at a time, one thread at
/// a time. Throws LinkException where the port fails and BoardException where the board does.
/// </summary>
public sealed class RawControl(ILink link, TimeProvider clock) : II2c, IDisposable
{
    /// <summary>Of the pin that holds the chips in reset while it is low.</summary>
    public const byte ResetPin = 0;

    /// <summary>A transfer on the bus takes under a millisecond; USB and a busy board a few.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(500);

    /// <summary>How much is read of a port that answers something else before it is given up.</summary>
    private const int NoiseMax = 4096;

    private readonly byte[] _come = new byte[RawFrame.DataMax + 4];
    private int _held;
    private byte _id;

    /// <summary>After Detect.</summary>
    public RawVersion? Version { get; private set; }

    public string Name => link.Name;

    /// <summary>
    /// Finds out which framing the board has: the level of a pin is one byte of data, so its answer has length 1 in the
    /// first version and 5 in the second.
    /// </summary>
    public RawVersion Detect()
    {
        byte id = Send(RawFrame.PageGpio, ResetPin, []);
        long begun = clock.GetTimestamp();
        while (true)
        {
            ReadOnlySpan<byte> held = _come.AsSpan(0, _held);
            for (int i = 0; i + 4 <= held.Length; i++)
            {
                ReadOnlySpan<byte> from = held[i..];
                if (from[0] == 1 && from[1] == 0 && from[2] == id && from[3] <= 1)
                {
                    return Found(RawVersion.V0, i + 4);
                }
                if (from[0] is 4 or 5 && from[1] == 0 && from[2] == id && from.Length >= from[0])
                {
                    return Found(RawVersion.V1, i + from[0]);
                }
            }
            Fill(begun, "which version it speaks");
        }
    }

    public bool ReadPin(byte pin) => Ask(RawFrame.PageGpio, pin, [], 1)[0] != 0;

    /// <summary>And sees that the board says it is set.</summary>
    public void SetPin(byte pin, bool high)
    {
        byte[] now = Ask(RawFrame.PageGpio, pin, [(byte)(high ? 1 : 0)], 1);
        if (now[0] != 0 != high)
        {
            throw new BoardException(
                BoardFault.Refused,
                $"{Name}: pin {pin} was set {(high ? "high" : "low")} and stays {(high ? "low" : "high")}");
        }
    }

    public void SetI2cRate(int hertz)
    {
        Span<byte> data = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(data, hertz);
        Ask(RawFrame.PageI2c, RawFrame.I2cHertz, data, null);
    }

    public void Write(byte address, ReadOnlySpan<byte> bytes) =>
        Ask(RawFrame.PageI2c, RawFrame.I2cWrite, [address, .. bytes], null);

    public void Read(byte address, Span<byte> into) =>
        Ask(RawFrame.PageI2c, RawFrame.I2cRead, [address, (byte)into.Length], into.Length).CopyTo(into);

    public void WriteRead(byte address, ReadOnlySpan<byte> bytes, Span<byte> into) =>
        Ask(RawFrame.PageI2c, RawFrame.I2cWriteRead, [address, .. bytes, (byte)into.Length], into.Length).CopyTo(into);

    /// <summary>The raw converter's value, as the board sends it.</summary>
    public byte[] ReadAdc() => Ask(RawFrame.PageAdc, RawFrame.AdcRead, [], null);

    // it echoes them
    public void SetLed(byte red, byte green, byte blue) =>
        Ask(RawFrame.PageLed, RawFrame.LedSet, [red, green, blue], 3, isExact: false);

    /// <summary>The board goes away and comes back; it may do so before it answers.</summary>
    public void Reboot() => Send(RawFrame.PageSystem, RawFrame.SystemReboot, RawFrame.RebootKey);

    /// <summary>The board goes away and comes back as its loader (a UF2 drive on RP2040 boards).</summary>
    public void RebootToLoader() => Send(RawFrame.PageSystem, RawFrame.SystemLoader, RawFrame.LoaderKey);

    public void Dispose() => link.Dispose();

    private RawVersion Found(RawVersion version, int taken)
    {
        Drop(taken);
        Version = version;
        return version;
    }

    private byte Send(byte page, byte command, ReadOnlySpan<byte> data)
    {
        byte id = _id = unchecked((byte)(_id + 1));
        link.Discard();
        _held = 0;
        link.Write(RawFrame.Request(id, page, command, data), AnswerTime);
        return id;
    }

    /// <param name="expected">Bytes of data a good answer holds; null = not known, any will do.</param>
    /// <param name="isExact">Another number of bytes is no answer.</param>
    private byte[] Ask(byte page, byte command, ReadOnlySpan<byte> data, int? expected, bool isExact = true)
    {
        RawVersion version = Version ?? Detect();
        byte id = Send(page, command, data);
        long begun = clock.GetTimestamp();
        while (true)
        {
            int taken = RawFrame.TryRead(_come.AsSpan(0, _held), version, expected, out RawReply reply);
            if (taken == 0)
            {
                Fill(begun, $"page {page:x2} command {command:x2}");
                continue;
            }
            Drop(taken < 0 ? 1 : taken);
            if (taken < 0 || reply.Id != id)
            {
                continue; // noise, or what was given up before
            }
            if (reply.Error.Length > 0)
            {
                throw new BoardException(BoardFault.Refused, $"{Name}: page {page:x2} command {command:x2} "
                    + $"({Convert.ToHexStringLower(data[..Math.Min(data.Length, 8)])}): {reply.Error}");
            }
            if (isExact && expected is int count && reply.Data.Length != count)
            {
                throw new BoardException(BoardFault.NoAnswer, $"{Name}: page {page:x2} command {command:x2} answered "
                    + $"{reply.Data.Length} bytes where {count} were asked for");
            }
            return reply.Data;
        }
    }

    /// <summary>Reads on; throws BoardException once the time for an answer is over, whatever has come.</summary>
    private void Fill(long begun, string what)
    {
        TimeSpan left = AnswerTime - clock.GetElapsedTime(begun);
        if (_held == _come.Length)
        {
            Drop(1);
        }
        int count = left > TimeSpan.Zero ? link.Read(_come.AsSpan(_held), left) : 0;
        _held += count;
        _noise = count == 0 ? 0 : _noise + count;
        if (count == 0 || _noise > NoiseMax)
        {
            _noise = 0;
            throw new BoardException(BoardFault.NoAnswer, $"{Name}: the board does not answer ({what}): "
                + "is it a bitaxe-raw control port, and not the chips' one? Name the other port of the pair.");
        }
    }

    private int _noise;

    private void Drop(int count)
    {
        _held -= count;
        _come.AsSpan(count, _held).CopyTo(_come);
    }
}
