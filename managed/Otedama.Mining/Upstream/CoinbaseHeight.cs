using System.Buffers.Binary;

namespace Otedama.Mining;

/// <summary>Reads the height out of the coinbase that the Bitcoin dialect shows.</summary>
internal static class CoinbaseHeight
{
    /// <summary>
    /// The height that BIP 34 puts first into the coinbase script; 0 when it is not there. For display only.
    /// </summary>
    public static int Read(ReadOnlySpan<byte> coinbasePrefix)
    {
        const int ScriptAt = 4 + 1 + 36 + 1; // version, input count, null outpoint, one-byte script length
        if (coinbasePrefix.Length <= ScriptAt)
        {
            return 0;
        }
        ReadOnlySpan<byte> script = coinbasePrefix[ScriptAt..];
        int push = script[0];
        if (push is >= 0x51 and <= 0x60)
        {
            return push - 0x50; // OP_1 to OP_16
        }
        if (push is < 1 or > 4 || script.Length < 1 + push)
        {
            return 0;
        }
        Span<byte> number = stackalloc byte[4];
        number.Clear();
        script.Slice(1, push).CopyTo(number);
        return Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(number));
    }
}
