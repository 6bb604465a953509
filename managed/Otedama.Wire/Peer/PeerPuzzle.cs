using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Otedama.Wire;

/// <summary>
/// A solved connection puzzle: what a dialler pays under pressure, as the server name of its ClientHello. 28 bytes (u32
/// bucket, 16 random bytes, u64 counter) in base32, then ".pz".
/// </summary>
public readonly record struct PeerPuzzle(uint Bucket, UInt128 Random, ulong Counter)
{
    public const int BitsMin = 18, BitsMax = 24;

    /// <summary>How long a bucket lasts.</summary>
    public const int BucketSeconds = 600;

    private const string Suffix = ".pz", Letters = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Bytes = 28, Digits = 45; // 224 bits in groups of five

    public static uint BucketOf(DateTimeOffset now) => (uint)(now.ToUnixTimeSeconds() / BucketSeconds);

    /// <summary>Reads a server name; false for any other than the one form a puzzle has.</summary>
    public static bool TryParse(string? serverName, out PeerPuzzle puzzle)
    {
        puzzle = default;
        if (serverName is null || serverName.Length != Digits + Suffix.Length
            || !serverName.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[Bytes];
        BigInteger number = BigInteger.Zero;
        foreach (char letter in serverName.AsSpan(0, Digits))
        {
            int value = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }
            number = (number << 5) + value;
        }
        if (!(number & 1).IsZero) // 225 digits' bits: the last one is padding
        {
            return false;
        }
        number >>= 1;
        bytes.Clear();
        int length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(bytes[(Bytes - length)..], out _, isUnsigned: true, isBigEndian: true);
        puzzle = new PeerPuzzle(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt128LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]));
        return true;
    }

    /// <summary>The server name.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Write(bytes);
        BigInteger number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true) << 1;
        Span<char> text = stackalloc char[Digits];
        for (int i = Digits - 1; i >= 0; i--)
        {
            text[i] = Letters[(int)(number & 31)];
            number >>= 5;
        }
        return string.Concat(text, Suffix);
    }

    /// <summary>Leading zero bits of its hash for this server, up to 64.</summary>
    public int Bits(NodeId server)
    {
        Span<byte> input = stackalloc byte[11 + NodeId.Size + Bytes];
        Fill(input, server);
        return BitsOf(input);
    }

    /// <summary>Tries this many counters from this one on. Null when none of them does.</summary>
    public PeerPuzzle? Search(NodeId server, int bits, int attempts)
    {
        Span<byte> input = stackalloc byte[11 + NodeId.Size + Bytes];
        Fill(input, server);
        for (ulong counter = Counter; counter < Counter + (ulong)attempts; counter++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(input[^8..], counter);
            if (BitsOf(input) >= bits)
            {
                return this with { Counter = counter };
            }
        }
        return null;
    }

    private static int BitsOf(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(input, hash);
        SHA256.HashData(hash, hash);
        return BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }

    private void Fill(Span<byte> input, NodeId server)
    {
        "OTEDAMA-PZ\u0001"u8.CopyTo(input);
        server.CopyTo(input[11..]);
        Write(input[(11 + NodeId.Size)..]);
    }

    private void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Bucket);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[4..], Random);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[20..], Counter);
    }
}
