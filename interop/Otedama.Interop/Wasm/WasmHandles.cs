using System.Runtime.InteropServices;

namespace Otedama.Interop;

internal sealed unsafe class WasmModuleHandle : SafeHandle
{
    public WasmModuleHandle(nint module)
        : base(0, ownsHandle: true) => SetHandle(module);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        WasmC.wasmtime_module_delete(handle);
        return true;
    }
}

/// <summary>A store and the ticks its deadlines need.</summary>
internal sealed unsafe class WasmStoreHandle : SafeHandle
{
    public WasmStoreHandle(nint engine)
        : base(0, ownsHandle: true)
    {
        SetHandle(WasmC.wasmtime_store_new(engine, 0, 0));
        EpochTicker.Enter(engine);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        EpochTicker.Leave();
        WasmC.wasmtime_store_delete(handle);
        return true;
    }
}
