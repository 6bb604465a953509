using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Asks a plugin for its own known answers, one by one and in batches, twice, and compares otedama_verify with them.
/// </summary>
public static class PluginSelfTest
{
    /// <summary>Returns how many comparisons were made. Throws PluginException for the first that fails.</summary>
    public static int Run(WasmPlugin plugin)
    {
        using PluginInstance instance = plugin.Open();
        int compared = 0;
        foreach (PluginAnswer answer in plugin.Info.Answers)
        {
            Compare(instance, "a single hash", new Hash256(answer.Hash), instance.HashOne(answer.Input));
            compared += 1 + CompareBatch(instance, answer);
        }
        return compared + (plugin.Info.HasVerify ? CompareVerify(instance, plugin.Info) : 0);
    }

    /// <summary>The answer in the middle of a batch, and its neighbours against single hashes.</summary>
    private static int CompareBatch(PluginInstance instance, PluginAnswer answer)
    {
        int count = Math.Min(instance.Info.BatchMax, 5);
        uint nonce = BinaryPrimitives.ReadUInt32LittleEndian(answer.Input.AsSpan(PluginAbi.NonceOffset));
        uint first = (uint)Math.Min(Math.Max((long)nonce - (count / 2), 0), uint.MaxValue - count + 1L);
        instance.Prepare(answer.Input);
        byte[] batch = instance.Hash(first, count).ToArray();
        byte[] header = [.. answer.Input];
        HashSet<Hash256> distinct = [];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(PluginAbi.NonceOffset), first + (uint)i);
            Hash256 hash = new(batch.AsSpan(i * PluginAbi.HashLength, PluginAbi.HashLength));
            Compare(instance, $"hash {i} of a batch of {count}", instance.HashOne(header), hash);
            distinct.Add(hash);
        }
        return distinct.Count == count
            ? count
            : throw instance.Nonsense("different nonces gave the same hash: the nonce at offset 76 is ignored");
    }

    private static int CompareVerify(PluginInstance instance, PluginInfo info)
    {
        int count = Math.Min(info.BatchMax, info.Answers.Count);
        byte[] headers = [.. info.Answers.Take(count).SelectMany(static answer => answer.Input)];
        ReadOnlySpan<byte> hashes = instance.HashMany(headers, count);
        for (int i = 0; i < count; i++)
        {
            Compare(instance, $"otedama_verify of answer {i}", new Hash256(info.Answers[i].Hash), new Hash256(hashes.Slice(i * PluginAbi.HashLength, PluginAbi.HashLength)));
        }
        return count;
    }

    private static void Compare(PluginInstance instance, string what, Hash256 expected, Hash256 actual)
    {
        if (expected != actual)
        {
            throw instance.Nonsense($"self-test: {what} gave {actual}, expected {expected}");
        }
    }
}
