using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// The bytes an algorithm hashes, put together from the forms docs/reference/vectors.md allows: whole headers, headers
/// with the nonce beside them, parts. What has the wrong length stays as it is, for the native code to judge.
/// </summary>
internal static class PowData
{
    public const int EquihashHeaderLength = 140;
    private const int HeaderLength = 80;
    private const int HeaderBitsAt = 72;
    private const int HeaderNonceAt = 76;
    private const int LongNonceAt = 108; // Equihash and VerusHash headers: 32 bytes
    private const int LongNonceLength = 32;
    private const int LongBitsAt = 104;
    private const int VerusTailLength = 15;

    /// <summary>The header or data of the line, in the one form it was given.</summary>
    public static byte[] Base(VectorCase vector)
    {
        string[] given = [.. ((string[])["data", "header", "input", "header_hash"]).Where(vector.Has)];
        return given.Length switch
        {
            0 => throw vector.Error($"{vector.Kind} needs data= or header="),
            1 => vector.Bytes(given[0]),
            _ => throw vector.Error($"has {given[0]}= and {given[1]}=; give one of them"),
        };
    }

    /// <summary>nBits of a header, with or without its nonce; null when this is not one.</summary>
    public static uint? HeaderBits(VectorCase vector, Algorithm algorithm, byte[] header)
    {
        bool isLong = algorithm.Facts.VectorKeys.Contains("solution"); // which comes after 140 bytes
        int at = isLong ? LongBitsAt : HeaderBitsAt;
        bool whole = !vector.Has("header_hash") && header.Length >= (isLong ? LongNonceAt : HeaderNonceAt);
        return whole ? BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(at)) : null;
    }

    /// <summary>SHA-256d, scrypt, Verthash: 80 bytes, or 76 and the nonce.</summary>
    public static byte[] Header80(VectorCase vector, byte[] header)
    {
        if (!vector.Has("nonce"))
        {
            return header;
        }
        if (header.Length is not (HeaderNonceAt or HeaderLength))
        {
            throw vector.Error($"nonce= stands beside a header of {HeaderNonceAt} or {HeaderLength} bytes, not {header.Length}");
        }
        byte[] whole = [.. header.AsSpan(0, HeaderNonceAt), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(HeaderNonceAt), (uint)Nonce(vector, 8));
        return whole;
    }

    /// <summary>
    /// VerusHash: the header, or its first 140 bytes and solution=; nonce= sets the counter of a search, at n.
    /// </summary>
    public static byte[] Verus(VectorCase vector, byte[] header)
    {
        byte[] whole = WithSolution(vector, header);
        if (!vector.Has("nonce"))
        {
            return whole;
        }
        uint at = vector.Number32("n");
        if (whole.Length < VerusTailLength || at > VerusTailLength - sizeof(ulong))
        {
            throw vector.Error($"nonce= of VerusHash is set in the last {VerusTailLength} bytes at n=0 to 7; the data has {whole.Length} bytes");
        }
        BinaryPrimitives.WriteUInt64LittleEndian(whole.AsSpan(whole.Length - VerusTailLength + (int)at), Nonce(vector, 16));
        return whole;
    }

    /// <summary>
    /// Equihash: the whole header, or 140 bytes and solution= or indices=. nonce= is the 32 bytes as they stand in the
    /// header (replaced in one of 140 bytes, else appended) or, of 16 digits, the counter in the last 8.
    /// </summary>
    public static byte[] Equihash(VectorCase vector, byte[] header, bool withSolution, uint indexBits)
    {
        byte[] input = vector.Has("nonce") ? WithLongNonce(vector, header) : header;
        if (!withSolution)
        {
            bool whole = vector.Has("header") && input.Length > EquihashHeaderLength;
            return whole ? input[..EquihashHeaderLength] : input;
        }
        if (!vector.Has("indices"))
        {
            return WithSolution(vector, input);
        }
        byte[] solution = PackIndices(vector, vector.Text("indices"), indexBits);
        return [.. input, .. CompactSize(vector, solution.Length), .. solution];
    }

    /// <summary>Comma-separated indices in tree order, most significant bit first.</summary>
    public static byte[] PackIndices(VectorCase vector, string text, uint indexBits)
    {
        List<byte> packed = [];
        ulong window = 0;
        int bits = 0;
        foreach (string word in text.Split(','))
        {
            ulong index = vector.ParseNumber("indices", word);
            if (index >> (int)indexBits != 0)
            {
                throw vector.Error($"index {index} has more than {indexBits} bits");
            }
            window = (window << (int)indexBits) | index;
            for (bits += (int)indexBits; bits >= 8; bits -= 8)
            {
                packed.Add((byte)((window >> (bits - 8)) & 0xff));
            }
            window &= (1UL << bits) - 1;
        }
        return bits == 0 ? [.. packed] : throw vector.Error("indices= do not fill whole bytes; a solution has 2^k of them");
    }

    private static byte[] WithLongNonce(VectorCase vector, byte[] header)
    {
        bool atHeader = header.Length >= EquihashHeaderLength && !vector.Has("input");
        if (vector.Text("nonce").Length == 2 * LongNonceLength)
        {
            byte[] nonce = vector.Bytes("nonce");
            return atHeader
                ? [.. header.AsSpan(0, LongNonceAt), .. nonce, .. header.AsSpan(EquihashHeaderLength)]
                : [.. header, .. nonce];
        }
        if (!atHeader)
        {
            throw vector.Error("nonce= needs 64 hex digits, as they stand in the header");
        }
        byte[] copy = [.. header];
        BinaryPrimitives.WriteUInt64LittleEndian(copy.AsSpan(EquihashHeaderLength - sizeof(ulong)), Nonce(vector, 16));
        return copy;
    }

    private static byte[] WithSolution(VectorCase vector, byte[] header)
    {
        if (!vector.Has("solution"))
        {
            return header;
        }
        byte[] solution = vector.Bytes("solution");
        return [.. header, .. CompactSize(vector, solution.Length), .. solution];
    }

    /// <summary>
    /// The nonce as a number: hex digits, as many as it has bits for; fewer need 0x, so that decimal ones are noticed.
    /// </summary>
    public static ulong Nonce(VectorCase vector, int digits)
    {
        string text = vector.Text("nonce");
        if (text.Length == digits)
        {
            text = "0x" + text;
        }
        ulong value = text.StartsWith("0x", StringComparison.Ordinal)
            ? vector.ParseNumber("nonce", text)
            : throw vector.Error($"nonce={Hex.Shorten(text)} is not {digits} hex digits; write 0x in front of fewer");
        return digits == 16 || value >> (4 * digits) == 0
            ? value
            : throw vector.Error($"nonce={text} has more than {digits} hex digits");
    }

    private static byte[] CompactSize(VectorCase vector, int length) => length switch
    {
        < 253 => [(byte)length],
        <= ushort.MaxValue => [253, (byte)(length & 0xff), (byte)(length >> 8)],
        _ => throw vector.Error($"solution= of {length} bytes; the longest header has 65535"),
    };
}
