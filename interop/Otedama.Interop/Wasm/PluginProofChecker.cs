using System.Collections.Concurrent;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Recomputes proofs with a plugin, everything else with another checker. An input on which the plugin fails has no hash
/// and is a bad proof; the other items of its batch are judged all the same, by a fresh instance. Thread-safe.
/// </summary>
/// <param name="plugin">Stays the caller's; must outlive the checker.</param>
/// <param name="others">Checks every algorithm but the plugin's.</param>
/// <param name="onFailure">Told of every failure, on the thread that checks.</param>
public sealed class PluginProofChecker(WasmPlugin plugin, IProofChecker others, Action<PluginException>? onFailure = null)
    : IProofChecker, IDisposable
{
    private readonly ConcurrentBag<PluginInstance> _idle = [];

    /// <summary>
    /// Throws ArgumentException when an item points outside data, PluginException when the plugin cannot be started.
    /// </summary>
    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        if (algorithm != Algorithm.Plugin)
        {
            others.Check(algorithm, items, data, results);
            return;
        }
        if (results.Length < items.Length)
        {
            throw new ArgumentException($"{items.Length} items need as many results, got {results.Length}", nameof(results));
        }
        int size = plugin.Info.HasVerify ? plugin.Info.BatchMax : 1;
        int first = 0;
        while (first < items.Length)
        {
            int count = Math.Min(size, items.Length - first);
            CheckGroup(items.Slice(first, count), data, results.Slice(first, count));
            first += count;
        }
    }

    public byte[] Prove(Algorithm algorithm, in ProofItem item, ReadOnlySpan<byte> data) => others.Prove(algorithm, item, data);

    public void Dispose()
    {
        while (_idle.TryTake(out PluginInstance? instance))
        {
            instance.Dispose();
        }
    }

    private void CheckGroup(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        if (items.Length > 1 && TryCheckTogether(items, data, results))
        {
            return;
        }
        for (int i = 0; i < items.Length; i++)
        {
            ReadOnlySpan<byte> header = HeaderOf(items[i], data);
            results[i] = header.Length == PluginAbi.HeaderLength
                ? CheckOne(header, items[i].Target)
                : new ProofResult(ProofVerdict.Malformed, Hash256.Zero);
        }
    }

    /// <summary>
    /// False when the plugin failed or a header has the wrong length, so that each is to be looked at alone.
    /// </summary>
    private bool TryCheckTogether(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
    {
        byte[] headers = new byte[items.Length * PluginAbi.HeaderLength];
        for (int i = 0; i < items.Length; i++)
        {
            ReadOnlySpan<byte> header = HeaderOf(items[i], data);
            if (header.Length != PluginAbi.HeaderLength)
            {
                return false;
            }
            header.CopyTo(headers.AsSpan(i * PluginAbi.HeaderLength));
        }
        PluginInstance instance = Take();
        try
        {
            ReadOnlySpan<byte> hashes = instance.HashMany(headers, items.Length);
            for (int i = 0; i < items.Length; i++)
            {
                results[i] = Judge(new Hash256(hashes.Slice(i * PluginAbi.HashLength, PluginAbi.HashLength)), items[i].Target);
            }
        }
        catch (PluginException)
        {
            instance.Dispose();
            return false; // told when the culprit is found
        }
        _idle.Add(instance);
        return true;
    }

    private ProofResult CheckOne(ReadOnlySpan<byte> header, Target target)
    {
        PluginInstance instance = Take();
        try
        {
            ProofResult result = Judge(instance.HashOne(header), target);
            _idle.Add(instance);
            return result;
        }
        catch (PluginException e)
        {
            instance.Dispose();
            onFailure?.Invoke(e);
            return new ProofResult(ProofVerdict.BadProof, Hash256.Zero);
        }
    }

    private PluginInstance Take() => _idle.TryTake(out PluginInstance? instance) ? instance : plugin.Open();

    private static ProofResult Judge(Hash256 hash, Target target) =>
        new(target.IsMetBy(hash) ? ProofVerdict.Valid : ProofVerdict.AboveTarget, hash);

    private static ReadOnlySpan<byte> HeaderOf(in ProofItem item, ReadOnlySpan<byte> data)
    {
        if (item.DataOffset < 0 || item.DataLength < 0 || (long)item.DataOffset + item.DataLength > data.Length)
        {
            throw new ArgumentException($"an item of {item.DataLength} bytes at {item.DataOffset} is outside the data of {data.Length} bytes");
        }
        return data.Slice(item.DataOffset, item.DataLength);
    }
}
