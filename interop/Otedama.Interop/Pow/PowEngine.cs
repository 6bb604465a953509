using System.Buffers;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// A device that searches nonces of one algorithm. One thread at a time scans; Cancel and Dispose may come from any
/// thread (memory is freed once a running scan has returned).
/// </summary>
public sealed unsafe partial class PowEngine : IDisposable
{
    private readonly EngineHandle _handle;
    private readonly string _scanName;

    private PowEngine(EngineHandle handle, AlgorithmInfo info)
    {
        _handle = handle;
        _scanName = $"{info.Name} scan";
        Info = info;
    }

    public AlgorithmInfo Info { get; }

    /// <summary>
    /// Makes an engine; the flavour's self-test runs on first use. flavour is FlavourInfo.Index, 0 = the selected one.
    /// The dataset is kept alive by the engine. Throws NativeException.
    /// </summary>
    public static PowEngine Create(Algorithm algorithm, PowParameters parameters = default, PowDataset? dataset = null,
        uint flavour = 0, uint device = 0, PowEngineUse use = default)
    {
        AlgorithmInfo info = Catalogue.Find(algorithm) ?? throw new NativeException($"create {algorithm} engine",
            "OTD_E_UNSUPPORTED", "this build does not have the algorithm", "`otedama devices` lists the algorithms.");
        otd_engine_params native = new()
        {
            algorithm = (uint)algorithm,
            device = device,
            flavour = flavour,
            intensity = (uint)use.Intensity,
            flags = use.ChecksOnly ? Otd.OTD_ENGINE_VERIFY : 0,
            algo = parameters.ToNative(),
        };
        nint handle;
        bool added = false;
        dataset?.Handle.DangerousAddRef(ref added); // the engine's handle releases it
        int status = Otd.otd_engine_create(&native, dataset?.Handle.DangerousGetHandle() ?? 0, &handle);
        if (status != Otd.OTD_OK)
        {
            NativeException error = NativeException.FromStatus(status, $"create {info.Name} engine");
            if (added)
            {
                dataset!.Handle.DangerousRelease();
            }
            throw error;
        }
        return new PowEngine(new EngineHandle(handle, dataset?.Handle), info);
    }

    /// <summary>
    /// Searches the works in order until the budget has passed, hits is full, everything is searched or Cancel was
    /// called. hits must have room for the largest number of versions of a work. Throws NativeException.
    /// </summary>
    public PowScan Scan(ReadOnlySpan<PowWork> works, Span<PowHit> hits, TimeSpan budget)
    {
        int dataLength = 0;
        foreach (ref readonly PowWork work in works)
        {
            dataLength += work.Data.Length;
        }
        byte[] data = ArrayPool<byte>.Shared.Rent(Math.Max(dataLength, 1));
        otd_work[] native = ArrayPool<otd_work>.Shared.Rent(Math.Max(works.Length, 1));
        otd_hit[] found = ArrayPool<otd_hit>.Shared.Rent(Math.Max(hits.Length, 1));
        try
        {
            Pack(works, native, data);
            PowScan scan = Call(native, works.Length, data, dataLength, found, hits.Length, budget);
            for (int i = 0; i < scan.HitCount; i++)
            {
                hits[i] = Unpack(found[i]);
            }
            return scan;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
            ArrayPool<otd_work>.Shared.Return(native);
            ArrayPool<otd_hit>.Shared.Return(found);
        }
    }

    /// <summary>Makes a running or the next scan return soon, with Cancelled set. Any thread.</summary>
    public void Cancel()
    {
        bool added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
            Otd.otd_engine_cancel(_handle.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            // Nothing runs any more, which is what the caller wants.
        }
        finally
        {
            if (added)
            {
                _handle.DangerousRelease();
            }
        }
    }

    public void Dispose()
    {
        Cancel();
        _handle.Dispose();
    }

    private PowScan Call(otd_work[] works, int workCount, byte[] data, int dataLength, otd_hit[] hits, int hitCapacity,
        TimeSpan budget)
    {
        uint budgetMs = (uint)Math.Clamp(budget.TotalMilliseconds, 0, uint.MaxValue);
        otd_scan_result result = default;
        int status;
        bool added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
            fixed (otd_work* work = works)
            fixed (byte* bytes = data)
            fixed (otd_hit* hit = hits)
            {
                status = Otd.otd_engine_scan(_handle.DangerousGetHandle(), hit, (uint)hitCapacity, &result, work,
                    (uint)workCount, bytes, (uint)dataLength, budgetMs);
            }
            if (status != Otd.OTD_OK && status != Otd.OTD_E_CANCELLED)
            {
                throw NativeException.FromStatus(status, _scanName);
            }
        }
        finally
        {
            if (added)
            {
                _handle.DangerousRelease();
            }
        }
        return new PowScan(result.hashes, (int)result.work_index, result.nonce_next, (int)result.hit_count,
            status == Otd.OTD_E_CANCELLED);
    }

    private static void Pack(ReadOnlySpan<PowWork> works, otd_work[] native, byte[] data)
    {
        int offset = 0;
        for (int i = 0; i < works.Length; i++)
        {
            ref readonly PowWork work = ref works[i];
            ref otd_work packed = ref native[i];
            if (work.Versions.Length > Otd.OTD_VERSIONS_MAX)
            {
                throw new ArgumentException(
                    $"a work rolls at most {Otd.OTD_VERSIONS_MAX} versions, got {work.Versions.Length}");
            }
            packed = default;
            packed.tag = work.Tag;
            packed.nonce_first = work.NonceFirst;
            packed.nonce_count = work.NonceCount;
            packed.data_offset = (uint)offset;
            packed.data_length = (uint)work.Data.Length;
            packed.height = work.Height;
            packed.version_count = (uint)work.Versions.Length;
            work.Versions.Span.CopyTo(packed.versions);
            work.Target.Value.CopyTo(packed.target);
            work.Data.Span.CopyTo(data.AsSpan(offset));
            offset += work.Data.Length;
        }
    }

    private static PowHit Unpack(in otd_hit hit)
    {
        ReadOnlySpan<byte> proof = hit.proof;
        return new PowHit(hit.tag, hit.nonce, hit.version, new Hash256(hit.hash),
            hit.proof_length == 0 ? [] : proof[..(int)hit.proof_length].ToArray());
    }
}

/// <summary>What an engine is for; default = a search with launches of measured size.</summary>
/// <param name="Intensity">
/// Devices besides the processor: nonces of a launch as a power of two, 6 to 30; 0 = as many as take about 8 ms.
/// </param>
/// <param name="ChecksOnly">It will only Check, which saves memory that a search needs.</param>
public readonly record struct PowEngineUse(int Intensity, bool ChecksOnly = false);
