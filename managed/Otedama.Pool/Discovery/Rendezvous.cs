using System.Buffers.Binary;
using System.Security.Cryptography;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The keys under which nodes of one chain find each other: four places that move every day, so that whoever wants
/// to stand on all of them has to prepare anew each day. A network whose id can be guessed can be guessed from its
/// keys.
/// </summary>
public static class Rendezvous
{
    public const int Slots = 4;

    private const int SecondsPerDay = 86_400;

    /// <summary>networkId: 32 bytes; slot 0 to 3; day: whole days since 1970.</summary>
    public static DhtId Key(ReadOnlySpan<byte> networkId, int slot, uint day)
    {
        ReadOnlySpan<byte> tag = "OTEDAMA-RDV"u8;
        Span<byte> text = stackalloc byte[tag.Length + 1 + 32 + 1 + sizeof(uint)];
        tag.CopyTo(text);
        text[tag.Length] = 1;
        networkId[..32].CopyTo(text[(tag.Length + 1)..]);
        text[^5] = (byte)slot;
        BinaryPrimitives.WriteUInt32LittleEndian(text[^4..], day);
        return new DhtId(SHA256.HashData(text));
    }

    public static uint DayOf(DateTimeOffset time) => (uint)(time.ToUnixTimeSeconds() / SecondsPerDay);

    /// <summary>0 to 24.</summary>
    public static double HourOf(DateTimeOffset time) => time.ToUnixTimeSeconds() % SecondsPerDay / 3_600.0;
}
