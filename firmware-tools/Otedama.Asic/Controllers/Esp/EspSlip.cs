namespace Otedama.Asic;

/// <summary>Frames of the ESP loader: C0h packet C0h, with C0h as DB DC and DBh as DB DD inside.</summary>
public static class EspSlip
{
    public const byte End = 0xC0;
    private const byte Escape = 0xDB;
    private const byte EscapedEnd = 0xDC;
    private const byte EscapedEscape = 0xDD;

    public static byte[] Frame(ReadOnlySpan<byte> packet)
    {
        List<byte> frame = new(packet.Length + (packet.Length / 32) + 2) { End };
        foreach (byte one in packet)
        {
            if (one == End)
            {
                frame.Add(Escape);
                frame.Add(EscapedEnd);
            }
            else if (one == Escape)
            {
                frame.Add(Escape);
                frame.Add(EscapedEscape);
            }
            else
            {
                frame.Add(one);
            }
        }
        frame.Add(End);
        return [.. frame];
    }

    /// <summary>The other way for what stands between two ends; null = an escape that means nothing.</summary>
    public static byte[]? Packet(ReadOnlySpan<byte> inside)
    {
        byte[] packet = new byte[inside.Length];
        int length = 0;
        for (int i = 0; i < inside.Length; i++)
        {
            byte one = inside[i];
            if (one == Escape)
            {
                i++;
                if (i == inside.Length || inside[i] is not (EscapedEnd or EscapedEscape))
                {
                    return null;
                }
                one = inside[i] == EscapedEnd ? End : Escape;
            }
            packet[length++] = one;
        }
        return packet[..length];
    }
}
