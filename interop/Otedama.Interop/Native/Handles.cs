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

/// <summary>Owns an otd_dataset.</summary>
internal sealed class DatasetHandle : SafeHandle
{
    public DatasetHandle(nint value)
        : base(0, ownsHandle: true) => SetHandle(value);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Otd.otd_dataset_destroy(handle);
        return true;
    }
}
