using System.Buffers.Binary;
using System.Diagnostics;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// A plugin in the place of a native engine. Batches are sized to a few milliseconds, so that an interrupt is heard
/// soon; the first hit of each batch is hashed again on its own, because a plugin's word alone is not enough.
/// </summary>
internal sealed class PluginScanEngine(WasmPlugin plugin) : IScanEngine
{
    private static readonly TimeSpan s_batchAim = TimeSpan.FromMilliseconds(4);

    private readonly PluginInstance _instance = plugin.Open();
    private int _batch = 1;
    private volatile bool _cancelled;

    /// <summary>As the native catalogue would list it. Scans are slow until measured.</summary>
    public static AlgorithmInfo Describe(WasmPlugin plugin) => new(
        Algorithm.Plugin,
        plugin.AlgorithmName,
        plugin.Info.InputLength,
        plugin.Info.InputLength,
        ProofLength: 0,
        NonceBits: 32,
        VersionsMax: 1,
        NeedsDataset: false,
        VerifyOnly: false,
        SlowScan: plugin.Info.FuelPerHash > 10_000_000,
        [new FlavourInfo(1, "wasm", Supported: true, Selected: true, Lanes: 1)]);

    public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
    {
        long began = Stopwatch.GetTimestamp();
        ReadOnlySpan<byte> header = work.Data.Span;
        _instance.Prepare(header);
        ulong next = work.NonceFirst;
        ulong end = work.NonceFirst + work.NonceCount;
        ulong hashes = 0;
        int hitCount = 0;
        bool cancelled = false;
        while (next < end && hitCount < hits.Length && !(cancelled = TakeCancel()))
        {
            int count = (int)Math.Min((ulong)_batch, end - next);
            long batchBegan = Stopwatch.GetTimestamp();
            ReadOnlySpan<byte> output = _instance.Hash((uint)next, count);
            int done = Collect(work, output, (uint)next, count, hits, ref hitCount, out int first);
            Resize(count, Stopwatch.GetElapsedTime(batchBegan));
            if (first < hitCount)
            {
                Recheck(header, hits[first]);
            }
            next += (ulong)done;
            hashes += (ulong)done;
            if (Stopwatch.GetElapsedTime(began) >= budget)
            {
                break;
            }
        }
        return new PowScan(hashes, next == end ? 1 : 0, next, hitCount, cancelled);
    }

    public void Cancel() => _cancelled = true;

    public void Dispose() => _instance.Dispose();

    /// <summary>Returns how many hashes of the batch were looked at: all, or up to the one that filled hits.</summary>
    private static int Collect(
        in PowWork work, ReadOnlySpan<byte> output, uint nonce, int count, Span<PowHit> hits, ref int hitCount, out int first)
    {
        first = hitCount;
        // Most hashes fall at the topmost eight bytes; only the rest is compared as a 256-bit number.
        Span<byte> target = stackalloc byte[PluginAbi.HashLength];
        work.Target.Value.CopyTo(target);
        ulong top = BinaryPrimitives.ReadUInt64LittleEndian(target[24..]);
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(work.Data.Span);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> bytes = output.Slice(i * PluginAbi.HashLength, PluginAbi.HashLength);
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]) > top)
            {
                continue;
            }
            Hash256 hash = new(bytes);
            if (work.Target.IsMetBy(hash))
            {
                hits[hitCount++] = new PowHit(work.Tag, nonce + (uint)i, version, hash, []);
                if (hitCount == hits.Length)
                {
                    return i + 1;
                }
            }
        }
        return count;
    }

    private void Recheck(ReadOnlySpan<byte> header, in PowHit hit)
    {
        byte[] whole = header.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(PluginAbi.NonceOffset), (uint)hit.Nonce);
        Hash256 again = _instance.HashOne(whole);
        if (again != hit.Hash)
        {
            throw new PluginException(plugin.File, PluginFault.Nonsense,
                $"nonce {hit.Nonce:x8} hashed to {hit.Hash} in a batch and to {again} alone",
                "The plugin is wrong; take it out of the configuration and tell its author.");
        }
        _instance.Prepare(header);
    }

    private void Resize(int count, TimeSpan took)
    {
        if (took > s_batchAim)
        {
            _batch = Math.Max(1, (int)(count * (s_batchAim / took)));
        }
        else if (count == _batch && took * 2 < s_batchAim)
        {
            _batch = Math.Min(_batch * 2, plugin.Info.BatchMax);
        }
    }

    private bool TakeCancel()
    {
        bool cancelled = _cancelled;
        _cancelled = false;
        return cancelled;
    }
}
