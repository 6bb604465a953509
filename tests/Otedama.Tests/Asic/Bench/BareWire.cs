using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>
/// What a BM1387 hears, whose frames have no preamble and other headers, as the frames of its successors: found by header, length and
/// CRC, a byte dropped where they are not right. Tables and CRCs are its own.
/// </summary>
internal sealed class BareWire
{
    private readonly List<byte> _input = [];

    /// <summary>Bytes that began no frame.</summary>
    public long Dropped { get; private set; }

    public void Clear() => _input.Clear();

    /// <summary>Whole frames in what came, each as the simulated chain takes it.</summary>
    public byte[] Hear(ReadOnlySpan<byte> bytes)
    {
        _input.AddRange(bytes);
        List<byte> frames = [];
        while (_input.Count >= 2)
        {
            int length = LengthOf(_input[0], _input[1]);
            if (length > _input.Count)
            {
                break;
            }
            byte[] frame = [.. _input.Take(Math.Max(length, 1))];
            if (length < 0 || !IsWhole(frame))
            {
                _input.RemoveAt(0);
                Dropped++;
                continue;
            }
            _input.RemoveRange(0, length);
            frames.AddRange(Marked(frame));
        }
        return [.. frames];
    }

    /// <summary>The second byte is the length of all of it.</summary>
    private static int LengthOf(byte header, byte length) => (header, length) switch
    {
        (0x21, 54 or 150) => length,
        (0x41 or 0x54 or 0x55, 5) => 5,
        (0x48 or 0x58, 9) => 9,
        _ => -1,
    };

    private static byte[] Marked(byte[] frame)
    {
        if (frame[0] == 0x21)
        {
            return [0x55, 0xaa, .. frame];
        }
        byte[] marked = [0x55, 0xaa, .. frame];
        marked[2] = frame[0] switch { 0x41 => 0x40, 0x48 => 0x41, 0x54 => 0x52, 0x58 => 0x51, _ => 0x53 };
        marked[^1] = Five(marked.AsSpan(2, marked.Length - 3));
        return marked;
    }

    private static bool IsWhole(byte[] frame) => frame[0] != 0x21 ? Five(frame.AsSpan(0, frame.Length - 1)) == frame[^1]
        : Sixteen(frame.AsSpan(0, frame.Length - 2)) == (frame[^2] << 8 | frame[^1]);

    private static byte Five(ReadOnlySpan<byte> bytes)
    {
        int crc = 0x1f;
        foreach (byte value in bytes)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                int top = crc >> 4 ^ (value >> bit & 1);
                crc = (crc << 1 & 0x1f) ^ (top * 5);
            }
        }
        return (byte)crc;
    }

    private static int Sixteen(ReadOnlySpan<byte> bytes)
    {
        int crc = 0xffff;
        foreach (byte value in bytes)
        {
            crc ^= value << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xffff : crc << 1;
            }
        }
        return crc;
    }
}
