using System.Buffers.Binary;
using System.Numerics;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>What differs among the algorithms that share the Bitcoin dialect of Stratum.</summary>
internal static class BitcoinDialect
{
    /// <summary>Bits 13 to 28, as BIP 320 sets them aside.</summary>
    public const uint VersionMask = 0x1fffe000;

    /// <summary>The target of difficulty 1: scrypt pools count in 1/65536, Verthash pools in 1/256 of Bitcoin's.</summary>
    public static Target DifficultyOne(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Sha256d or Algorithm.Plugin => Target.BitcoinOne,
        Algorithm.Scrypt => Scale(65536),
        Algorithm.Verthash => Scale(256),
        _ => throw new ArgumentOutOfRangeException(
            nameof(algorithm), $"{algorithm} is not mined over the Bitcoin dialect; choose sha256d, scrypt or verthash"),
    };

    /// <summary>Rolling pays only where the native scan shares work among versions.</summary>
    public static bool RollsVersions(Algorithm algorithm) => algorithm == Algorithm.Sha256d;

    /// <summary>
    /// The height that BIP 34 puts first into the coinbase script; 0 when it is not there. For display only.
    /// </summary>
    public static int ReadHeight(ReadOnlySpan<byte> coinbasePrefix)
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

    private static Target Scale(int factor) =>
        new(UInt256.FromBigInteger(Target.BitcoinOne.Value.ToBigInteger() * new BigInteger(factor)));
}
