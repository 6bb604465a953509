using System.Text;

namespace Otedama.Interop;

/// <summary>
/// One instance of a module in a store of its own: no imports, bounded memory, and for every call a fuel budget and a
/// deadline. One thread at a time. After any exception the instance must not be used again.
/// </summary>
internal sealed unsafe class WasmSandbox : IDisposable
{
    private readonly string _plugin;
    private readonly PluginLimits _limits;
    private readonly WasmStoreHandle _store;
    private readonly nint _context;
    private wasmtime_instance_t _instance;
    private wasmtime_memory_t _memory;
    private bool _hasMemory;

    public WasmSandbox(string plugin, nint engine, WasmModuleHandle module, PluginLimits limits, ulong startFuel)
    {
        _plugin = plugin;
        _limits = limits;
        _store = new WasmStoreHandle(engine);
        _context = WasmC.wasmtime_store_context(_store.DangerousGetHandle());
        try
        {
            Instantiate(module, startFuel);
        }
        catch
        {
            _store.Dispose();
            throw;
        }
    }

    /// <summary>The plugin's memory as it is now; another call may move it.</summary>
    public Span<byte> Memory
    {
        get
        {
            fixed (wasmtime_memory_t* memory = &_memory)
            {
                byte* data = WasmC.wasmtime_memory_data(_context, memory);
                return new Span<byte>(data, (int)Math.Min(WasmC.wasmtime_memory_data_size(_context, memory), int.MaxValue));
            }
        }
    }

    /// <summary>
    /// The exported function with that many i32 parameters and one i32 result; null when it is not there.
    /// </summary>
    public wasmtime_func_t? Function(string name, int parameters)
    {
        if (!TryExport(name, out wasmtime_extern_t item))
        {
            return null;
        }
        if (item.kind != WasmC.ExternFunc)
        {
            throw Abi($"export \"{name}\" is not a function");
        }
        wasmtime_func_t function = item.func;
        nint type = WasmC.wasmtime_func_type(_context, &function);
        bool fits = AllI32(WasmC.wasm_functype_params(type), parameters) && AllI32(WasmC.wasm_functype_results(type), 1);
        WasmC.wasm_functype_delete(type);
        return fits ? function : throw Abi($"export \"{name}\" must take {parameters} i32 and return one i32");
    }

    public void RequireMemory()
    {
        if (!TryExport("memory", out wasmtime_extern_t item) || item.kind != WasmC.ExternMemory)
        {
            throw Abi("no memory is exported under the name \"memory\"");
        }
        _memory = item.memory;
        _hasMemory = true;
    }

    /// <summary>Calls with at most two arguments; the types were checked by Function.</summary>
    public int Call(wasmtime_func_t function, string name, ulong fuel, int first = 0, int second = 0)
    {
        Allow(fuel);
        wasmtime_val_raw_t* values = stackalloc wasmtime_val_raw_t[2];
        values[0] = new wasmtime_val_raw_t { i32 = first };
        values[1] = new wasmtime_val_raw_t { i32 = second };
        nint trap = 0;
        nint error = WasmC.wasmtime_func_call_unchecked(_context, &function, values, 2, &trap);
        ThrowIfFailed(error, trap, name, fuel);
        return values[0].i32;
    }

    public void Dispose() => _store.Dispose();

    public PluginException Abi(string detail) =>
        new(_plugin, PluginFault.Abi, detail, "docs/reference/plugin-abi.md describes what a plugin must export.");

    private void Instantiate(WasmModuleHandle module, ulong fuel)
    {
        long bytes = (long)_limits.MemoryMib << 20;
        WasmC.wasmtime_store_limiter(_store.DangerousGetHandle(), bytes, 10_000, 1, 4, 1);
        Allow(fuel);
        wasmtime_instance_t instance;
        nint trap = 0;
        nint error = WasmC.wasmtime_instance_new(_context, module.DangerousGetHandle(), null, 0, &instance, &trap);
        if (error != 0)
        {
            throw new PluginException(_plugin, PluginFault.Module, $"cannot be started within {_limits.MemoryMib} MiB: {WasmRuntime.TakeError(error)}",
                "Raise memory_mib of its entry under plugins, or use a plugin that needs less.");
        }
        ThrowIfFailed(0, trap, "start function", fuel);
        _instance = instance;
    }

    private bool TryExport(string name, out wasmtime_extern_t item)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        wasmtime_extern_t found = default;
        bool exists;
        fixed (byte* text = utf8)
        fixed (wasmtime_instance_t* instance = &_instance)
        {
            exists = WasmC.wasmtime_instance_export_get(_context, instance, text, (nuint)utf8.Length, &found) != 0;
        }
        item = found;
        return exists;
    }

    private void Allow(ulong fuel)
    {
        nint error = WasmC.wasmtime_context_set_fuel(_context, fuel);
        if (error != 0)
        {
            throw new PluginException(_plugin, PluginFault.Runtime, WasmRuntime.TakeError(error), "Please report it with this message.");
        }
        WasmC.wasmtime_context_set_epoch_deadline(_context, (ulong)(_limits.DeadlineMs / EpochTicker.TickMs) + 1);
    }

    private void ThrowIfFailed(nint error, nint trap, string name, ulong fuel)
    {
        if (error != 0)
        {
            throw new PluginException(_plugin, PluginFault.Trap, $"{name} failed: {WasmRuntime.TakeError(error)}", Restart);
        }
        if (trap == 0)
        {
            return;
        }
        (byte code, string text) = WasmRuntime.TakeTrap(trap);
        throw code switch
        {
            WasmC.TrapOutOfFuel => new PluginException(_plugin, PluginFault.Fuel,
                $"{name} used more than the {fuel} instructions it may", "It loops, or declares too little fuel in its description."),
            WasmC.TrapInterrupt => new PluginException(_plugin, PluginFault.Deadline,
                $"{name} did not return within {_limits.DeadlineMs} ms", "It loops, or needs a longer deadline_ms in its entry under plugins."),
            _ => new PluginException(_plugin, PluginFault.Trap, $"{name} trapped: {text}{MemoryInUse()}", Restart),
        };
    }

    private string MemoryInUse() =>
        _hasMemory ? $" (using {Memory.Length >> 10} KiB of the {_limits.MemoryMib << 10} KiB it may)" : "";

    private const string Restart = "Its worker starts again with a fresh instance; if it happens again, take the plugin out of the configuration.";

    private static bool AllI32(wasm_ptr_vec_t* types, int count)
    {
        bool fits = types->size == (nuint)count;
        for (int i = 0; fits && i < count; i++)
        {
            fits = WasmC.wasm_valtype_kind(types->data[i]) == WasmC.KindI32;
        }
        return fits;
    }
}
