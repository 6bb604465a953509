using System.Runtime.InteropServices;
using System.Text;

namespace Otedama.Interop;

/// <summary>
/// The Wasmtime library: loaded on first use from the program's own folder, never from the system, whose version would
/// be anybody's guess. One engine per process; compiled code of all plugins shares its settings.
/// </summary>
internal static unsafe class WasmRuntime
{
    private const string Missing = "Put the file that belongs to this version beside the program; "
        + "./build.sh publish leaves it in out/, and everything but plugins works without it.";

    /// <summary>
    /// Stands before the reason of a trap, after a backtrace that only the plugin's author could read.
    /// </summary>
    private const string Cause = "Caused by:";

    private static readonly Lock s_gate = new();
    private static nint s_engine;

    public static string FileName => OperatingSystem.IsWindows() ? "wasmtime.dll"
        : OperatingSystem.IsMacOS() ? "libwasmtime.dylib" : "libwasmtime.so";

    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, FileName);

    /// <summary>The engine; made on the first call. plugin is only for the message. Throws PluginException.</summary>
    public static nint Engine(string plugin)
    {
        lock (s_gate)
        {
            if (s_engine == 0)
            {
                Load(plugin);
                s_engine = MakeEngine();
            }
            return s_engine;
        }
    }

    /// <summary>Reads and frees an error.</summary>
    public static string TakeError(nint error)
    {
        wasm_byte_vec_t text;
        WasmC.wasmtime_error_message(error, &text);
        WasmC.wasmtime_error_delete(error);
        return Shorten(TakeText(&text));
    }

    /// <summary>Reads and frees a trap. Code is 255 when it is none of Wasmtime's own.</summary>
    public static (byte Code, string Text) TakeTrap(nint trap)
    {
        byte code;
        byte known = WasmC.wasmtime_trap_code(trap, &code);
        wasm_byte_vec_t text;
        WasmC.wasm_trap_message(trap, &text);
        WasmC.wasm_trap_delete(trap);
        string whole = TakeText(&text);
        int cause = whole.LastIndexOf(Cause, StringComparison.Ordinal);
        return (known != 0 ? code : byte.MaxValue, Shorten(cause < 0 ? whole : whole[(cause + Cause.Length)..].Trim()));
    }

    /// <summary>Text of the library on one line.</summary>
    public static string Text(wasm_byte_vec_t* bytes)
    {
        ReadOnlySpan<byte> raw = new(bytes->data, (int)Math.Min(bytes->size, 65_536));
        string[] lines = Encoding.UTF8.GetString(raw).TrimEnd('\0').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(' ', lines);
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..297] + "...";

    private static string TakeText(wasm_byte_vec_t* bytes)
    {
        string text = Text(bytes);
        WasmC.wasm_byte_vec_delete(bytes);
        return text;
    }

    private static void Load(string plugin)
    {
        if (!File.Exists(Path))
        {
            throw new PluginException(plugin, PluginFault.Runtime, $"WebAssembly plugins need {FileName}, which is not in {AppContext.BaseDirectory}", Missing);
        }
        if (!NativeLibrary.TryLoad(Path, out nint library))
        {
            throw new PluginException(plugin, PluginFault.Runtime, $"{Path} cannot be loaded: damaged, or made for another system", Missing);
        }
        try
        {
            WasmC.Bind(library);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new PluginException(plugin, PluginFault.Runtime, $"{Path} is not Wasmtime 50: {e.Message}", Missing);
        }
    }

    private static nint MakeEngine()
    {
        nint config = WasmC.wasm_config_new();
        WasmC.wasmtime_config_consume_fuel_set(config, 1);
        WasmC.wasmtime_config_epoch_interruption_set(config, 1);
        // A hash is the same on every machine or it is none: no threads, no relaxed vectors, one kind of NaN.
        WasmC.wasmtime_config_cranelift_nan_canonicalization_set(config, 1);
        WasmC.wasmtime_config_wasm_relaxed_simd_set(config, 0);
        WasmC.wasmtime_config_wasm_threads_set(config, 0);
        WasmC.wasmtime_config_wasm_multi_memory_set(config, 0);
        WasmC.wasmtime_config_wasm_memory64_set(config, 0);
        WasmC.wasmtime_config_parallel_compilation_set(config, 0); // a plugin is small; no thread pool for it
        return WasmC.wasm_engine_new_with_config(config);
    }
}
