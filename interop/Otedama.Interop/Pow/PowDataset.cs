using System.Runtime.InteropServices;
using System.Text;
using Otedama.Core;

namespace Otedama.Interop;

public enum DatasetKind
{
    Light = 0,
    Full = 1,
}

/// <summary>
/// A light cache, DAG or Verthash file: built once, immutable, shared by any number of engines and checks. Memory is
/// freed when it is disposed and the last engine that uses it is gone.
/// </summary>
public sealed unsafe class PowDataset : IDisposable
{
    private readonly DatasetHandle _handle;

    private PowDataset(DatasetHandle handle, Algorithm algorithm, uint epoch, ulong bytes, int device)
    {
        _handle = handle;
        Algorithm = algorithm;
        Epoch = epoch;
        Bytes = bytes;
        Device = device;
    }

    public Algorithm Algorithm { get; }

    public uint Epoch { get; }

    public ulong Bytes { get; }

    /// <summary>Index of Catalogue.Devices whose memory holds it; 0 = the processor's.</summary>
    public int Device { get; }

    /// <summary>Whether the memory is given back, which disposing does not do while an engine uses it.</summary>
    public bool IsFreed => _handle.IsFreed;

    internal SafeHandle Handle => _handle;

    /// <summary>Bytes of memory a dataset would take, on the device it is for.</summary>
    public static ulong SizeOf(Algorithm algorithm, DatasetKind kind, uint epoch, int device = 0)
    {
        Native.Open();
        otd_dataset_params parameters = new()
        {
            algorithm = (uint)algorithm,
            kind = (uint)kind,
            epoch = epoch,
            device = (uint)device,
        };
        ulong bytes;
        NativeException.ThrowIfFailed(Otd.otd_dataset_size(&parameters, &bytes), $"size of {algorithm} dataset {epoch}");
        return bytes;
    }

    /// <summary>
    /// Builds or reads a dataset; blocks, perhaps for minutes. path may be null (memory only); threads 0 = all.
    /// Throws NativeException, or OperationCanceledException.
    /// </summary>
    public static PowDataset Create(Algorithm algorithm, DatasetKind kind, uint epoch, string? path = null,
        int threads = 0, PowProgress? progress = null, CancellationToken cancellation = default)
    {
        otd_dataset_params parameters = new()
        {
            algorithm = (uint)algorithm,
            kind = (uint)kind,
            epoch = epoch,
            threads = (uint)threads,
        };
        return Make(parameters, null, path ?? "", progress, cancellation);
    }

    /// <summary>
    /// Makes the whole dataset in the memory of another device than the processor, from source, which is the
    /// processor's of
    /// the same epoch and is kept alive by the new one. Blocks for seconds, on a simulator for minutes. Throws
    /// NativeException,
    /// or OperationCanceledException.
    /// </summary>
    public static PowDataset CreateOn(
        int device, PowDataset source, PowProgress? progress = null, CancellationToken cancellation = default) =>
        CreateOn(device, DatasetKind.Full, source, progress, cancellation);

    /// <summary>
    /// The same of either kind. A light one is KawPow's and made from a light source; engines over it check proofs and
    /// search nothing.
    /// </summary>
    public static PowDataset CreateOn(
        int device,
        DatasetKind kind,
        PowDataset source,
        PowProgress? progress = null,
        CancellationToken cancellation = default)
    {
        otd_dataset_params parameters = new()
        {
            algorithm = (uint)source.Algorithm,
            kind = (uint)kind,
            epoch = source.Epoch,
            device = (uint)device,
        };
        return Make(parameters, source, "", progress, cancellation);
    }

    private static PowDataset Make(
        otd_dataset_params parameters, PowDataset? source, string path, PowProgress? progress,
            CancellationToken cancellation)
    {
        (Algorithm algorithm, uint epoch, int device) = ((Algorithm)parameters.algorithm, parameters.epoch,
            (int)parameters.device);
        ulong size = SizeOf(algorithm, (DatasetKind)parameters.kind, epoch, device);
        string what = $"build the {algorithm} dataset of epoch {epoch}{(device == 0 ? "" : $" in the memory of {NameOf(device)}")}";
        progress ??= new PowProgress();
        byte[] name = Encoding.UTF8.GetBytes(path);
        uint[] cancel = GC.AllocateArray<uint>(1, pinned: true);
        using CancellationTokenRegistration stop = cancellation.Register(() => Volatile.Write(ref cancel[0], 1));
        bool added = false;
        nint handle = 0;
        int status;
        source?._handle.DangerousAddRef(ref added); // the new one's handle releases it
        try
        {
            fixed (byte* text = name)
            {
                status = Otd.otd_dataset_create(&parameters, source?._handle.DangerousGetHandle() ?? 0, text,
                    (uint)name.Length,
                    progress.Pointer, (uint*)Marshal.UnsafeAddrOfPinnedArrayElement(cancel, 0), &handle);
            }
            GC.KeepAlive(progress);
            GC.KeepAlive(cancel);
            if (status == Otd.OTD_E_CANCELLED)
            {
                throw new OperationCanceledException(what, cancellation);
            }
            NativeException.ThrowIfFailed(status, what);
        }
        catch
        {
            if (added)
            {
                source!._handle.DangerousRelease();
            }
            throw;
        }
        return new PowDataset(new DatasetHandle(handle, source?._handle), algorithm, epoch, size, device);
    }

    private static string NameOf(int device) =>
        Catalogue.Devices().FirstOrDefault(each => each.Index == device)?.Name ?? $"device {device}";

    public void Dispose() => _handle.Dispose();
}

/// <summary>How far a dataset build is; written by the builder, read by anyone.</summary>
public sealed unsafe class PowProgress
{
    private readonly otd_progress[] _value = GC.AllocateArray<otd_progress>(1, pinned: true);

    public ulong Done => Volatile.Read(ref _value[0].done);

    /// <summary>0 while not known.</summary>
    public ulong Total => Volatile.Read(ref _value[0].total);

    /// <summary>For a maker that is not native.</summary>
    internal void Report(ulong done, ulong total) => _value[0] = new otd_progress { done = done, total = total };

    internal otd_progress* Pointer => (otd_progress*)Marshal.UnsafeAddrOfPinnedArrayElement(_value, 0);
}
