using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Lines of ZIP 301 and of its Verus variant that differ from the Bitcoin dialect, LF included; both directions.</summary>
public static class ZcashWriter
{
    /// <summary>The reply to mining.subscribe: session id and the first bytes of every nonce.</summary>
    public static void Subscribed(WireBuffer buffer, ReadOnlySpan<byte> id, ReadOnlySpan<byte> session, ReadOnlySpan<byte> nonce1)
    {
        buffer.Append("{\"id\":"u8);
        buffer.Append(id);
        buffer.Append(",\"result\":[\""u8);
        buffer.AppendHex(session);
        buffer.Append("\",\""u8);
        buffer.AppendHex(nonce1);
        buffer.Append("\"],\"error\":null}\n"u8);
    }

    /// <summary>
    /// Eight params; nine in the Verus family. The solution is written whole: pools may leave out zeros at its end, but a widely
    /// used miner never clears the buffer it reads it into.
    /// </summary>
    public static void Notify(WireBuffer buffer, Job job, bool clean)
    {
        Zip301Recipe recipe = (Zip301Recipe)job.Recipe;
        Span<byte> header = stackalloc byte[ZcashProof.HeaderSize];
        recipe.WriteHeader(recipe.Time, default, header);
        buffer.Append("{\"id\":null,\"method\":\"mining.notify\",\"params\":[\""u8);
        buffer.AppendHex(job.Id);
        ReadOnlySpan<int> ends = [4, 36, 68, ZcashProof.TimeOffset, ZcashProof.BitsOffset, ZcashProof.NonceOffset];
        int from = 0;
        foreach (int end in ends)
        {
            buffer.Append("\",\""u8);
            buffer.AppendHex(header[from..end]);
            from = end;
        }
        buffer.Append(clean ? "\",true"u8 : "\",false"u8);
        if (recipe is VerusRecipe verus)
        {
            buffer.Append(",\""u8);
            buffer.AppendHex(verus.Solution.Span);
            buffer.Append((byte)'"');
        }
        buffer.Append("]}\n"u8);
    }

    /// <summary>A share. solution without its length, which is written here.</summary>
    public static void Submit(
        WireBuffer buffer, long id, string worker, string jobId, uint time, ReadOnlySpan<byte> nonce2, ReadOnlySpan<byte> solution)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, time);
        StratumRequests.BeginSubmit(buffer, id, worker, jobId);
        buffer.Append(",\""u8);
        buffer.AppendHex(bytes);
        buffer.Append("\",\""u8);
        buffer.AppendHex(nonce2);
        buffer.Append("\",\""u8);
        buffer.AppendHex(new ByteWriter(4).CompactSize((ulong)solution.Length).Span);
        buffer.AppendHex(solution);
        buffer.Append("\"]}\n"u8);
    }
}
