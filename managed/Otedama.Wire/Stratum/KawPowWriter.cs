using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Lines of the KawPow dialect that differ from the Bitcoin one, LF included; both directions.</summary>
public static class KawPowWriter
{
    /// <summary>The reply to mining.subscribe: every nonce has to begin with extranonce1.</summary>
    public static void Subscribed(WireBuffer buffer, ReadOnlySpan<byte> id, ReadOnlySpan<byte> extranonce1)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":[null,\""u8);
        buffer.AppendHex(extranonce1);
        buffer.Append("\"],\"error\":null}\n"u8);
    }

    public static void Notify(WireBuffer buffer, Job job, Target target, bool clean)
    {
        KawPowRecipe recipe = (KawPowRecipe)job.Recipe;
        buffer.Append("{\"id\":null,\"method\":\"mining.notify\",\"params\":[\""u8);
        buffer.AppendHex(job.Id);
        buffer.Append("\",\""u8);
        AppendShown(buffer, recipe.HeaderHash);
        buffer.Append("\",\""u8);
        buffer.AppendHex(recipe.SeedHash.Span);
        buffer.Append("\",\""u8);
        StratumWriter.TargetHex(buffer, target);
        buffer.Append(clean ? "\",true,"u8 : "\",false,"u8);
        buffer.AppendNumber(job.Height);
        buffer.Append(",\""u8);
        buffer.AppendHex(recipe.Bits);
        buffer.Append("\"]}\n"u8);
    }

    /// <summary>A share; mix in the order it is shown.</summary>
    public static void Submit(
        WireBuffer buffer, long id, string worker, string jobId, ulong nonce, Hash256 headerHash, ReadOnlySpan<byte> mix)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, nonce);
        StratumRequests.BeginSubmit(buffer, id, worker, jobId);
        buffer.Append(",\"0x"u8);
        buffer.AppendHex(bytes);
        buffer.Append("\",\"0x"u8);
        AppendShown(buffer, headerHash);
        buffer.Append("\",\"0x"u8);
        buffer.AppendHex(mix);
        buffer.Append("\"]}\n"u8);
    }

    internal static void AppendShown(WireBuffer buffer, Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        hash.CopyTo(bytes);
        bytes.Reverse();
        buffer.AppendHex(bytes);
    }
}
