using System.Buffers.Binary;

namespace Otedama.Tests.Asic;

/// <summary>
/// The control port of a bitaxe-raw board: frames in, frames out, a pin for reset, parts on its bus. Both framings of answers.
/// </summary>
internal sealed class SimBitaxeRaw(bool isV1, params IReadOnlyList<SimPart> parts) : ISimulatedDevice
{
    private readonly List<byte> _in = [];
    private readonly Queue<byte> _out = [];

    public bool[] Pins { get; } = new bool[8];

    public IReadOnlyList<SimPart> Parts => parts;

    public int I2cHertz { get; private set; }

    public (byte Red, byte Green, byte Blue) Led { get; private set; }

    public string Rebooted { get; private set; } = "";

    /// <summary>It takes requests and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Sent in front of every answer, as a port that was not read empty.</summary>
    public byte[] Noise { get; set; } = [];

    /// <summary>Of every answer only so many bytes are sent at a time.</summary>
    public int Piece { get; set; } = int.MaxValue;

    /// <summary>Level of pin 0, each time it is set.</summary>
    public Action<bool> OnReset { get; set; } = static _ => { };

    public List<byte[]> Requests { get; } = [];

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        _in.AddRange(bytes);
        while (_in.Count >= 2)
        {
            int length = _in[0] | (_in[1] << 8);
            if (length < 6)
            {
                _in.RemoveAt(0);
                continue;
            }
            if (_in.Count < length)
            {
                return;
            }
            byte[] request = [.. _in.Take(length)];
            _in.RemoveRange(0, length);
            Requests.Add(request);
            if (!IsSilent)
            {
                Answer(request[2], request[4], request[5], request.AsSpan(6));
            }
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        int count = Math.Min(Math.Min(into.Length, Piece), _out.Count);
        for (int i = 0; i < count; i++)
        {
            into[i] = _out.Dequeue();
        }
        return count;
    }

    private void Answer(byte id, byte page, byte command, ReadOnlySpan<byte> data)
    {
        switch ((page, command))
        {
            case (0x05, 0x10) when data.Length == 4:
                I2cHertz = BinaryPrimitives.ReadInt32LittleEndian(data);
                Good(id, []);
                break;
            case (0x05, 0x20) when data.Length >= 1 && Part(data[0]) is { } part:
                part.Write(data[1..]);
                Good(id, []);
                break;
            case (0x05, 0x30) when data.Length == 2 && Part(data[0]) is { } part:
                Good(id, part.Read(data[1]));
                break;
            case (0x05, 0x40) when data.Length >= 2 && Part(data[0]) is { } part:
                part.Write(data[1..^1]);
                Good(id, part.Read(data[^1]));
                break;
            case (0x05, 0x20 or 0x30 or 0x40):
                Bad(id, 0x10);
                break;
            case (0x06, _) when command < Pins.Length && data.Length <= 1:
                if (data.Length == 1)
                {
                    Pins[command] = data[0] != 0;
                    if (command == 0)
                    {
                        OnReset(data[0] != 0);
                    }
                }
                Good(id, [Bits.Byte(Pins[command] ? 1 : 0)]);
                break;
            case (0x07, 0x50):
                Good(id, [0x34, 0x12]);
                break;
            case (0x08, 0x10) when data.Length == 3:
                Led = (data[0], data[1], data[2]);
                Good(id, data);
                break;
            case (0x09, 0x01) when data.SequenceEqual<byte>([0xDE, 0xAD, 0xBE, 0xEF]):
                Rebooted = "reboot";
                break;
            case (0x09, 0x02) when data.SequenceEqual<byte>([0xB0, 0x07, 0x10, 0xAD]):
                Rebooted = "loader";
                break;
            default:
                Bad(id, 0x11);
                break;
        }
    }

    private SimPart? Part(byte address) => parts.FirstOrDefault(part => part.Address == address && !part.IsDead);

    private void Good(byte id, ReadOnlySpan<byte> data)
    {
        int length = isV1 ? data.Length + 4 : data.Length;
        Send(isV1 ? [Bits.Byte(length), Bits.Byte(length >> 8), id, 0, .. data] : [Bits.Byte(length), Bits.Byte(length >> 8), id, .. data]);
    }

    private void Bad(byte id, byte status) => Send(isV1 ? [4, 0, id, status] : [2, 0, id, 0xFF, status]);

    private void Send(byte[] frame)
    {
        foreach (byte one in Noise.Concat(frame))
        {
            _out.Enqueue(one);
        }
    }
}
