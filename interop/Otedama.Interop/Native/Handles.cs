using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>
/// Owns an otd_engine and one reference to its dataset, which therefore outlives it. Reference counted, so that a late
/// Cancel cannot meet freed memory.
/// </summary>
internal sealed class EngineHandle : SafeHandle
{
    private readonly SafeHandle? _dataset;

    /// <summary>Takes over one reference that was added to dataset.</summary>
    public EngineHandle(nint value, SafeHandle? dataset)
        : base(0, ownsHandle: true)
    {
        _dataset = dataset;
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Otd.otd_engine_destroy(handle);
        _dataset?.DangerousRelease();
        return true;
    }
}

/// <summary>
/// Owns an otd_dataset, and of one in a device's memory a reference to the processor's that it was made from, which
/// therefore outlives it.
/// </summary>
internal sealed class DatasetHandle : SafeHandle
{
    private readonly SafeHandle? _source;
    private int _freed;

    /// <summary>Takes over one reference that was added to source.</summary>
    public DatasetHandle(nint value, SafeHandle? source)
        : base(0, ownsHandle: true)
    {
        _source = source;
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Whether its memory is given back: it was disposed, and so was the last engine that used it.</summary>
    public bool IsFreed => Volatile.Read(ref _freed) != 0;

    protected override bool ReleaseHandle()
    {
        Otd.otd_dataset_destroy(handle);
        Volatile.Write(ref _freed, 1);
        _source?.DangerousRelease();
        return true;
    }
}

/// <summary>Owns an otd_serial. Reference counted, so that the port stays until a call under way has
/// returned.</summary>
internal sealed class SerialHandle : SafeHandle
{
    public SerialHandle(nint value)
        : base(0, ownsHandle: true) => SetHandle(value);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Otd.otd_serial_close(handle);
        return true;
    }
}

/// <summary>Owns an otd_ring. Reference counted, so that a wake-up under way does not meet freed memory.</summary>
internal sealed class RingHandle : SafeHandle
{
    public RingHandle(nint value)
        : base(0, ownsHandle: true) => SetHandle(value);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Otd.otd_ring_close(handle);
        return true;
    }
}
