using System.Buffers.Binary;

namespace Otedama.Tests.Asic;

/// <summary>
/// The UART loader in the ROM of an STM32 (AN3155) with pages of one size. Flash bits only fall when written and rise when a page is
/// erased. A frame is answered when its last byte is there.
/// </summary>
internal sealed class SimulatedStm32(int pages, int pageSize, ushort chipId = 0x410) : ISimulatedDevice
{
    public const uint Base = 0x0800_0000;

    private readonly List<byte> _in = [];
    private readonly Queue<byte> _out = new();
    private bool _synced;
    private Func<bool>? _next;

    public byte[] Flash { get; } = Enumerable.Repeat((byte)0xFF, pages * pageSize).ToArray();

    public byte[] Commands { get; init; } = [0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92];

    public List<int> Erased { get; } = [];

    public uint? StartedAt { get; private set; }

    /// <summary>Protection commands that came: none ever may.</summary>
    public int Protections { get; private set; }

    /// <summary>None ever may.</summary>
    public int MassErases { get; private set; }

    /// <summary>Counts answers; returns false where one is lost, and null where it is a no.</summary>
    public Func<int, bool?>? Fault { get; set; }

    /// <summary>Power is gone after so many bytes from the host.</summary>
    public int? CutAfter { get; set; }

    public int Received { get; private set; }

    private int _answers;

    public bool Off => CutAfter is int cut && Received >= cut;

    public void PowerOn()
    {
        CutAfter = null;
        _in.Clear();
        _out.Clear();
        _synced = false;
        _next = null;
    }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        foreach (byte value in bytes)
        {
            if (Off)
            {
                return;
            }
            Received++;
            _in.Add(value);
            while (_in.Count > 0 && Step())
            {
            }
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        int count = 0;
        while (!Off && count < into.Length && _out.TryDequeue(out byte value))
        {
            into[count++] = value;
        }
        return count;
    }

    private bool Step()
    {
        if (!_synced)
        {
            _synced = _in[0] == 0x7F;
            _in.RemoveAt(0);
            if (_synced)
            {
                Answer(true);
            }
            return true;
        }
        if (_next is { } next)
        {
            return next();
        }
        if (_in.Count < 2)
        {
            return false;
        }
        byte command = _in[0];
        bool good = (command ^ 0xFF) == _in[1] && Commands.Contains(command);
        _in.RemoveRange(0, 2);
        if (Answer(good))
        {
            Begin(command);
        }
        return true;
    }

    private void Begin(byte command)
    {
        switch (command)
        {
            case 0x00:
                Put([(byte)Commands.Length, 0x22, .. Commands]);
                Answer(true);
                break;
            case 0x01:
                Put([0x22, 0, 0]);
                Answer(true);
                break;
            case 0x02:
                Put([1, (byte)(chipId >> 8), (byte)(chipId & 0xFF)]);
                Answer(true);
                break;
            case 0x11:
                Address(Read);
                break;
            case 0x21:
                Address(address => StartedAt = address);
                break;
            case 0x31:
                Address(Write);
                break;
            case 0x43 or 0x44:
                _next = () => Erase(command == 0x44);
                break;
            default:
                Protections++;
                break;
        }
    }

    private void Address(Action<uint> then) => _next = () =>
    {
        if (_in.Count < 5)
        {
            return false;
        }
        byte[] bytes = Take(5);
        _next = null;
        uint address = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (Answer(Sum(bytes) == 0 && address >= Base && address < Base + Flash.Length))
        {
            then(address);
        }
        return true;
    };

    private void Read(uint address) => _next = () =>
    {
        if (_in.Count < 2)
        {
            return false;
        }
        byte[] bytes = Take(2);
        _next = null;
        if (Answer((bytes[0] ^ 0xFF) == bytes[1]))
        {
            Put(Flash.AsSpan((int)(address - Base), Math.Min(bytes[0] + 1, Flash.Length - (int)(address - Base))));
        }
        return true;
    };

    private void Write(uint address) => _next = () =>
    {
        if (_in.Count < 1 || _in.Count < _in[0] + 3)
        {
            return false;
        }
        byte[] bytes = Take(_in[0] + 3);
        _next = null;
        bool good = Sum(bytes) == 0 && (bytes.Length - 2) % 4 == 0 && address - Base + bytes.Length - 2 <= Flash.Length;
        for (int index = 1; good && index < bytes.Length - 1; index++)
        {
            Flash[(int)(address - Base) + index - 1] &= bytes[index];
        }
        Answer(good);
        return true;
    };

    private bool Erase(bool extended)
    {
        int head = extended ? 2 : 1, each = extended ? 2 : 1;
        if (_in.Count < head)
        {
            return false;
        }
        int count = (extended ? (_in[0] << 8) | _in[1] : _in[0]) + 1;
        if (count > (extended ? 0xFFF0 : 0xFF))
        {
            return EraseAll(extended ? 3 : 2);
        }
        if (_in.Count < head + (count * each) + 1)
        {
            return false;
        }
        byte[] bytes = Take(head + (count * each) + 1);
        _next = null;
        int[] named = [.. Enumerable.Range(0, count).Select(index => extended ? (bytes[2 + (index * 2)] << 8) | bytes[3 + (index * 2)] : bytes[1 + index])];
        bool good = Sum(bytes) == 0 && named.All(page => page < pages);
        foreach (int page in good ? named : [])
        {
            Flash.AsSpan(page * pageSize, pageSize).Fill(0xFF);
            Erased.Add(page);
        }
        Answer(good);
        return true;
    }

    /// <summary>FFFF or FF: all of it, when the checksum is right.</summary>
    private bool EraseAll(int length)
    {
        if (_in.Count < length)
        {
            return false;
        }
        byte[] bytes = Take(length);
        _next = null;
        bool good = length == 3 ? bytes is [0xFF, 0xFF, 0] : bytes is [0xFF, 0];
        MassErases += good ? 1 : 0;
        Flash.AsSpan(0, good ? Flash.Length : 0).Fill(0xFF);
        Answer(good);
        return true;
    }

    private byte[] Take(int count)
    {
        byte[] bytes = [.. _in.Take(count)];
        _in.RemoveRange(0, count);
        return bytes;
    }

    private bool Answer(bool yes)
    {
        bool? fault = Fault is null ? true : Fault(_answers);
        _answers++;
        if (fault != false)
        {
            _out.Enqueue(yes && fault == true ? (byte)0x79 : (byte)0x1F);
        }
        return yes && fault is not null;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _out.Enqueue(value);
        }
    }

    private static byte Sum(byte[] bytes) => bytes.Aggregate((byte)0, static (sum, value) => (byte)(sum ^ value));
}
