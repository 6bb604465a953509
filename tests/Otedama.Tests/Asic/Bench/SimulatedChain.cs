using System.Buffers.Binary;
using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>
/// A chain of BM13xx chips as its UART sees it: bytes in, bytes out, at the rate that is set, in a time that is given. Answers
/// known jobs at once; searches others only if it is told to. CRCs and frames are its own, not the driver's.
/// </summary>
internal sealed partial class SimulatedChain : ISimulatedDevice
{
    private readonly ChipFamily _family;
    private readonly SimulatedChip[] _chips;
    private readonly TimeProvider _time;
    private readonly int _seed;
    private readonly List<byte> _input = [];
    private readonly Queue<(long Due, byte[] Bytes)> _output = [];
    private readonly Random _noise;
    private readonly BareWire? _bare;
    private byte[] _partly = [];
    private int _divider;
    private long _busyUntil, _resetAt;
    private bool _isHeld, _isPowered = true;

    public SimulatedChain(ChipFamily family, int chips, TimeProvider time, int seed = 1)
    {
        (_family, _time, _seed) = (family, time, seed);
        _chips = [.. Enumerable.Range(0, chips).Select(index => new SimulatedChip(family, index))];
        _noise = new Random(seed);
        _finder = new Random(seed + 1);
        _bare = family.Framing.IsMarked ? null : new BareWire();
        Reset();
    }

    public ChainFaults Faults { get; } = new();

    public KnownAnswers Answers { get; } = new();

    public IReadOnlyList<SimulatedChip> Chips => _chips;

    /// <summary>What it is, and whether it makes it easier than silicon does.</summary>
    public string Banner => $"simulated {_family.Name} x {_chips.Length}, seed {_seed}, "
        + (RelaxedZeroBits < 32 ? $"RELAXED: {RelaxedZeroBits} zero bits instead of 32" : HashesPerSecondMax > 0 ? "searching" : "known answers only");

    public long GoodFrames { get; private set; }

    public long BadFrames { get; private set; }

    public long GarbledBytes { get; private set; }

    public long Jobs { get; private set; }

    /// <summary>Frames it understood, oldest first; the last thousands.</summary>
    public List<string> Heard { get; } = [];

    public bool IsPowered => _isPowered;

    public bool IsHeld => _isHeld;

    /// <summary>Bits a second.</summary>
    public double Rate => 25e6 / (8 * (_divider + 1));

    private bool IsAlive => _isPowered && !_isHeld && !(_time.GetElapsedTime(_resetAt) > Faults.HangAfter);

    /// <summary>How long nothing will come; at most a second.</summary>
    public TimeSpan NextDue
    {
        get
        {
            long next = _time.GetTimestamp() + _time.TimestampFrequency;
            next = _output.TryPeek(out (long Due, byte[] _) first) ? Math.Min(next, first.Due) : next;
            next = Math.Min(next, _nextFind);
            TimeSpan wait = _time.GetElapsedTime(_time.GetTimestamp(), next);
            return wait > TimeSpan.Zero ? wait : TimeSpan.FromTicks(1);
        }
    }

    /// <summary>nRST.</summary>
    public void HoldReset(bool held)
    {
        if (held && !_isHeld)
        {
            Reset();
        }
        _isHeld = held;
    }

    public void Power(bool on)
    {
        if (on != _isPowered)
        {
            Reset();
        }
        _isPowered = on;
    }

    /// <summary>The voltage breaks down for a moment: everything as after reset.</summary>
    public void BrownOut() => Reset();

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        Advance();
        if (!IsAlive)
        {
            return;
        }
        bool isUnderstood = Understands(rate);
        foreach (byte value in _bare is null || !isUnderstood ? bytes : _bare.Hear(bytes))
        {
            GarbledBytes += isUnderstood ? 0 : 1;
            _input.Add(isUnderstood ? value : (byte)_noise.Next(256));
        }
        while (TakeFrame())
        {
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        Advance();
        int taken = 0;
        while (taken < into.Length)
        {
            if (_partly.Length == 0)
            {
                if (!_output.TryPeek(out (long Due, byte[] Bytes) next) || next.Due > _time.GetTimestamp())
                {
                    break;
                }
                _output.Dequeue();
                _partly = _bare is null ? next.Bytes : next.Bytes[Math.Min(2, next.Bytes.Length)..];
                continue;
            }
            int part = Math.Min(_partly.Length, into.Length - taken);
            _partly.AsSpan(0, part).CopyTo(into[taken..]);
            _partly = _partly[part..];
            taken += part;
        }
        if (!Understands(rate))
        {
            _noise.NextBytes(into[..taken]);
        }
        return taken;
    }

    /// <summary>A few percent off is understood.</summary>
    private bool Understands(int rate) => rate == 0 || (Math.Abs(rate / Rate - 1) < 0.05 && !(Faults.FastRateGarbles && _divider != 26));

    private void Reset()
    {
        _divider = 26;
        _input.Clear();
        _bare?.Clear();
        _output.Clear();
        _partly = [];
        _job = null;
        _resetAt = _searchedAt = _countedAt = _time.GetTimestamp();
        _busyUntil = 0;
        _nextFind = long.MaxValue;
        _counted = 0;
        foreach (SimulatedChip chip in _chips)
        {
            chip.Reset();
        }
    }

    /// <summary>One frame off the input; false when there is not a whole one.</summary>
    private bool TakeFrame()
    {
        int start = 0;
        while (start + 1 < _input.Count && !(_input[start] == 0x55 && _input[start + 1] == 0xaa))
        {
            start++;
        }
        _input.RemoveRange(0, start);
        if (_input.Count < 6)
        {
            return false;
        }
        byte[] seen = [.. _input];
        int length = LengthOf(seen);
        if (length < 0)
        {
            BadFrames++;
            _input.RemoveRange(0, 1);
            return true;
        }
        if (seen.Length < length)
        {
            return false;
        }
        byte[] frame = seen[..length];
        if (!IsWhole(frame))
        {
            BadFrames++;
            _input.RemoveRange(0, 1);
            return true;
        }
        _input.RemoveRange(0, length);
        GoodFrames++;
        if (Heard.Count < 20_000)
        {
            Heard.Add(Convert.ToHexStringLower(frame));
        }
        Obey(frame);
        return true;
    }

    /// <summary>
    /// By type, as chips do: a whole job's length byte is not looked at. One with midstates has it from there, since drivers that run
    /// on real chips send room for four with one in it. Negative = no frame.
    /// </summary>
    private int LengthOf(byte[] seen) => seen[2] switch
    {
        0x21 when !_family.TakesMidstates => 88,
        0x21 => seen[5] is 1 or 4 && seen[3] is 0x36 or 0x96 && seen[3] >= 22 + (32 * seen[5]) ? seen[3] + 2 : -1,
        0x40 or 0x42 or 0x52 or 0x53 => seen[3] == 5 ? 7 : -1,
        0x41 or 0x51 => seen[3] == 9 ? 11 : -1,
        _ => -1,
    };

    private static bool IsWhole(byte[] frame)
    {
        if (frame[2] != 0x21)
        {
            return Crc5Of(frame.AsSpan(2, frame.Length - 3)) == frame[^1];
        }
        int crc = 0xffff;
        foreach (byte value in frame.AsSpan(2, frame.Length - 4))
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                int top = (crc >> 15) ^ (value >> bit & 1);
                crc = ((crc << 1) & 0xffff) ^ (top != 0 ? 0x1021 : 0);
            }
        }
        return crc == BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(frame.Length - 2));
    }

    private static int Crc5Of(ReadOnlySpan<byte> bytes, int bits = 0)
    {
        int crc = 0x1f;
        for (int i = 0; i < (bits > 0 ? bits : bytes.Length * 8); i++)
        {
            int top = (crc >> 4) ^ (bytes[i / 8] >> (7 - (i % 8)) & 1);
            crc = ((crc << 1) & 0x1f) ^ (top != 0 ? 5 : 0);
        }
        return crc;
    }

    private void Obey(byte[] frame)
    {
        byte address = frame[4], register = frame[5];
        switch (frame[2])
        {
            case 0x53:
                foreach (SimulatedChip chip in Reached())
                {
                    chip.Awaits = true;
                }
                break;
            case 0x40:
                if (Reached().FirstOrDefault(static chip => chip.Awaits) is { } named)
                {
                    (named.Address, named.Awaits) = (address, false);
                }
                break;
            case 0x42:
            case 0x52:
                foreach (SimulatedChip chip in Reached().Where(chip => frame[2] == 0x52 || IsMeant(chip, address)))
                {
                    Answer(chip, register);
                }
                break;
            case 0x41:
            case 0x51:
                uint value = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(6));
                foreach (SimulatedChip chip in Reached().Where(chip => frame[2] == 0x51 || IsMeant(chip, address)))
                {
                    Count();
                    chip[register] = value;
                    if (register is >= FirstCounter and <= LastCounter)
                    {
                        chip.CountsFrom[register - FirstCounter] = _counted;
                    }
                }
                Written(register, value, isAll: frame[2] == 0x51);
                break;
            default:
                Accept(_family.TakesMidstates
                    ? SimulatedJob.FromMidstates(frame.AsSpan(4, frame.Length - 6))
                    : SimulatedJob.FromFull(frame.AsSpan(4, frame.Length - 6)));
                break;
        }
    }

    private IEnumerable<SimulatedChip> Reached() => _chips.Take(Faults.CutAt ?? _chips.Length);

    /// <summary>BM1372/73 hear in commands a quarter of the address they were given.</summary>
    private bool IsMeant(SimulatedChip chip, byte address) => (_family.CommandStep is null ? chip.Address : chip.Address / 4) == address;

    private void Written(byte register, uint value, bool isAll)
    {
        if (isAll && register == (_bare is not null ? 0x1c : _family.TakesMidstates ? 0x18 : 0x28))
        {
            _divider = (int)(value >> 8 & (_family.TakesMidstates ? 0x1fu : 0xffu));
        }
        if (register is 0x08 or 0x0c or 0x10 or 0x14 or 0x18)
        {
            Reschedule();
        }
    }

    private void Answer(SimulatedChip chip, byte register)
    {
        uint id = Faults.Id ?? ((uint)_family.Ids[0] << 16) | ((uint)(_family.IdTail ?? 0x90) << 8);
        uint value = register switch
        {
            0x00 => id | (_family.TakesMidstates ? 0u : chip.Address),
            0x04 when _family.TakesMidstates => (uint)(ChipHashrate / (1 << 20)),
            >= FirstCounter and <= LastCounter when !_family.TakesMidstates => Counter(chip, register),
            _ => chip[register],
        };
        byte[] body = new byte[chip.IsLong ? 8 : 6];
        BinaryPrimitives.WriteUInt32BigEndian(body, value);
        (body[4], body[5]) = (chip.Address, register);
        Send(body, 0);
    }

    /// <summary>Puts preamble and CRC around a body, spoils it as the faults say, and lets it go when the line is free.</summary>
    private void Send(byte[] body, int type)
    {
        byte[] sealedBody = [.. body, (byte)(type << 5)];
        byte[] frame = [0xaa, 0x55, .. body, (byte)((type << 5) | Crc5Of(sealedBody, (body.Length * 8) + 3))];
        List<byte> sent = [];
        foreach (byte value in frame)
        {
            if (_noise.NextDouble() < Faults.Drop)
            {
                continue;
            }
            sent.Add(_noise.NextDouble() < Faults.Corrupt ? (byte)(value ^ (1 << _noise.Next(8))) : value);
            if (_noise.NextDouble() < Faults.Duplicate)
            {
                sent.Add(value);
            }
        }
        long now = _time.GetTimestamp();
        _busyUntil = Math.Max(now, _busyUntil) + (long)(frame.Length * 10 / Rate * _time.TimestampFrequency);
        if (sent.Count > 0 && _output.Count < 100_000)
        {
            _output.Enqueue((_busyUntil, [.. sent]));
        }
    }
}
