using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>The mining.notify line of the Bitcoin dialect.</summary>
public static class NotifyWriter
{
    /// <summary>Writes a complete line for job; the same bytes serve every session of one coinbase class.</summary>
    public static void Write(WireBuffer buffer, Job job, bool clean)
    {
        BitcoinRecipe recipe = (BitcoinRecipe)job.Recipe;
        buffer.Append("{\"id\":null,\"method\":\"mining.notify\",\"params\":[\""u8);
        buffer.AppendHex(job.Id);
        buffer.Append("\",\""u8);
        PreviousHash(buffer, recipe.PreviousHash);
        buffer.Append("\",\""u8);
        buffer.AppendHex(recipe.CoinbasePrefix.Span);
        buffer.Append("\",\""u8);
        buffer.AppendHex(recipe.CoinbaseSuffix.Span);
        buffer.Append("\",["u8);
        Branches(buffer, recipe.Branches.Span);
        buffer.Append("],\""u8);
        buffer.AppendHex(recipe.Version);
        buffer.Append("\",\""u8);
        buffer.AppendHex(recipe.Bits);
        buffer.Append("\",\""u8);
        buffer.AppendHex(recipe.Time);
        buffer.Append(clean ? "\",true]}\n"u8 : "\",false]}\n"u8);
    }

    private static void Branches(WireBuffer buffer, ReadOnlySpan<byte> branches)
    {
        for (int at = 0; at < branches.Length; at += Hash256.Size)
        {
            buffer.Append(at == 0 ? "\""u8 : ",\""u8);
            buffer.AppendHex(branches.Slice(at, Hash256.Size));
            buffer.Append((byte)'"');
        }
    }

    /// <summary>Header bytes as eight 4-byte words, each word reversed, word order kept.</summary>
    private static void PreviousHash(WireBuffer buffer, Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        hash.CopyTo(bytes);
        SwapWords(bytes);
        buffer.AppendHex(bytes);
    }

    internal static void SwapWords(Span<byte> bytes)
    {
        for (int at = 0; at < bytes.Length; at += 4)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[at..], word);
        }
    }
}
