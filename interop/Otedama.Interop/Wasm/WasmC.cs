using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>
/// The part of Wasmtime's C interface that plugins need, under its own names. Bound at run time, because the library is
/// an optional file beside the program. Layouts are those of version 50.
/// </summary>
internal static unsafe class WasmC
{
    public const byte ExternFunc = 0;
    public const byte ExternMemory = 3;
    public const byte KindI32 = 0;
    public const byte TrapStackOverflow = 0;
    public const byte TrapMemoryOutOfBounds = 1;
    public const byte TrapInterrupt = 10;
    public const byte TrapOutOfFuel = 11;

    public static delegate* unmanaged<nint> wasm_config_new;
    public static delegate* unmanaged<nint, nint> wasm_engine_new_with_config;
    public static delegate* unmanaged<wasm_byte_vec_t*, void> wasm_byte_vec_delete;
    public static delegate* unmanaged<nint, wasm_byte_vec_t*, void> wasm_trap_message;
    public static delegate* unmanaged<nint, void> wasm_trap_delete;
    public static delegate* unmanaged<wasm_ptr_vec_t*, void> wasm_importtype_vec_delete;
    public static delegate* unmanaged<nint, wasm_byte_vec_t*> wasm_importtype_module;
    public static delegate* unmanaged<nint, wasm_byte_vec_t*> wasm_importtype_name;
    public static delegate* unmanaged<nint, wasm_ptr_vec_t*> wasm_functype_params;
    public static delegate* unmanaged<nint, wasm_ptr_vec_t*> wasm_functype_results;
    public static delegate* unmanaged<nint, void> wasm_functype_delete;
    public static delegate* unmanaged<nint, byte> wasm_valtype_kind;

    public static delegate* unmanaged<nint, byte, void> wasmtime_config_consume_fuel_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_epoch_interruption_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_cranelift_nan_canonicalization_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_parallel_compilation_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_wasm_threads_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_wasm_relaxed_simd_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_wasm_multi_memory_set;
    public static delegate* unmanaged<nint, byte, void> wasmtime_config_wasm_memory64_set;
    public static delegate* unmanaged<nint, void> wasmtime_engine_increment_epoch;
    public static delegate* unmanaged<byte*, nuint, wasm_byte_vec_t*, nint> wasmtime_wat2wasm;
    public static delegate* unmanaged<nint, byte*, nuint, nint*, nint> wasmtime_module_new;
    public static delegate* unmanaged<nint, void> wasmtime_module_delete;
    public static delegate* unmanaged<nint, wasm_ptr_vec_t*, void> wasmtime_module_imports;
    public static delegate* unmanaged<nint, wasm_byte_vec_t*, void> wasmtime_error_message;
    public static delegate* unmanaged<nint, void> wasmtime_error_delete;
    public static delegate* unmanaged<nint, byte*, byte> wasmtime_trap_code;
    public static delegate* unmanaged<nint, nint, nint, nint> wasmtime_store_new;
    public static delegate* unmanaged<nint, nint> wasmtime_store_context;
    public static delegate* unmanaged<nint, long, long, long, long, long, void> wasmtime_store_limiter;
    public static delegate* unmanaged<nint, void> wasmtime_store_delete;
    public static delegate* unmanaged<nint, ulong, nint> wasmtime_context_set_fuel;
    public static delegate* unmanaged<nint, ulong, void> wasmtime_context_set_epoch_deadline;
    public static delegate* unmanaged<nint, nint, wasmtime_extern_t*, nuint, wasmtime_instance_t*, nint*, nint> wasmtime_instance_new;
    public static delegate* unmanaged<nint, wasmtime_instance_t*, byte*, nuint, wasmtime_extern_t*, byte> wasmtime_instance_export_get;
    public static delegate* unmanaged<nint, wasmtime_func_t*, nint> wasmtime_func_type;
    public static delegate* unmanaged<nint, wasmtime_func_t*, wasmtime_val_raw_t*, nuint, nint*, nint> wasmtime_func_call_unchecked;
    public static delegate* unmanaged<nint, wasmtime_memory_t*, byte*> wasmtime_memory_data;
    public static delegate* unmanaged<nint, wasmtime_memory_t*, nuint> wasmtime_memory_data_size;

    /// <summary>Throws EntryPointNotFoundException naming the first function the library does not have.</summary>
    public static void Bind(nint library)
    {
        wasm_config_new = (delegate* unmanaged<nint>)At(library, nameof(wasm_config_new));
        wasm_engine_new_with_config = (delegate* unmanaged<nint, nint>)At(library, nameof(wasm_engine_new_with_config));
        wasm_byte_vec_delete = (delegate* unmanaged<wasm_byte_vec_t*, void>)At(library, nameof(wasm_byte_vec_delete));
        wasm_trap_message = (delegate* unmanaged<nint, wasm_byte_vec_t*, void>)At(library, nameof(wasm_trap_message));
        wasm_trap_delete = (delegate* unmanaged<nint, void>)At(library, nameof(wasm_trap_delete));
        BindTypes(library);
        BindConfiguration(library);
        BindModules(library);
        BindStores(library);
    }

    private static void BindTypes(nint library)
    {
        wasm_importtype_vec_delete = (delegate* unmanaged<wasm_ptr_vec_t*, void>)At(library, nameof(wasm_importtype_vec_delete));
        wasm_importtype_module = (delegate* unmanaged<nint, wasm_byte_vec_t*>)At(library, nameof(wasm_importtype_module));
        wasm_importtype_name = (delegate* unmanaged<nint, wasm_byte_vec_t*>)At(library, nameof(wasm_importtype_name));
        wasm_functype_params = (delegate* unmanaged<nint, wasm_ptr_vec_t*>)At(library, nameof(wasm_functype_params));
        wasm_functype_results = (delegate* unmanaged<nint, wasm_ptr_vec_t*>)At(library, nameof(wasm_functype_results));
        wasm_functype_delete = (delegate* unmanaged<nint, void>)At(library, nameof(wasm_functype_delete));
        wasm_valtype_kind = (delegate* unmanaged<nint, byte>)At(library, nameof(wasm_valtype_kind));
    }

    private static void BindConfiguration(nint library)
    {
        wasmtime_config_consume_fuel_set = Switch(library, nameof(wasmtime_config_consume_fuel_set));
        wasmtime_config_epoch_interruption_set = Switch(library, nameof(wasmtime_config_epoch_interruption_set));
        wasmtime_config_cranelift_nan_canonicalization_set =
            Switch(library, nameof(wasmtime_config_cranelift_nan_canonicalization_set));
        wasmtime_config_parallel_compilation_set = Switch(library, nameof(wasmtime_config_parallel_compilation_set));
        wasmtime_config_wasm_threads_set = Switch(library, nameof(wasmtime_config_wasm_threads_set));
        wasmtime_config_wasm_relaxed_simd_set = Switch(library, nameof(wasmtime_config_wasm_relaxed_simd_set));
        wasmtime_config_wasm_multi_memory_set = Switch(library, nameof(wasmtime_config_wasm_multi_memory_set));
        wasmtime_config_wasm_memory64_set = Switch(library, nameof(wasmtime_config_wasm_memory64_set));
        wasmtime_engine_increment_epoch = (delegate* unmanaged<nint, void>)At(library, nameof(wasmtime_engine_increment_epoch));
    }

    private static void BindModules(nint library)
    {
        wasmtime_wat2wasm = (delegate* unmanaged<byte*, nuint, wasm_byte_vec_t*, nint>)At(library, nameof(wasmtime_wat2wasm));
        wasmtime_module_new = (delegate* unmanaged<nint, byte*, nuint, nint*, nint>)At(library, nameof(wasmtime_module_new));
        wasmtime_module_delete = (delegate* unmanaged<nint, void>)At(library, nameof(wasmtime_module_delete));
        wasmtime_module_imports = (delegate* unmanaged<nint, wasm_ptr_vec_t*, void>)At(library, nameof(wasmtime_module_imports));
        wasmtime_error_message = (delegate* unmanaged<nint, wasm_byte_vec_t*, void>)At(library, nameof(wasmtime_error_message));
        wasmtime_error_delete = (delegate* unmanaged<nint, void>)At(library, nameof(wasmtime_error_delete));
        wasmtime_trap_code = (delegate* unmanaged<nint, byte*, byte>)At(library, nameof(wasmtime_trap_code));
    }

    private static void BindStores(nint library)
    {
        wasmtime_store_new = (delegate* unmanaged<nint, nint, nint, nint>)At(library, nameof(wasmtime_store_new));
        wasmtime_store_context = (delegate* unmanaged<nint, nint>)At(library, nameof(wasmtime_store_context));
        wasmtime_store_limiter = (delegate* unmanaged<nint, long, long, long, long, long, void>)At(library, nameof(wasmtime_store_limiter));
        wasmtime_store_delete = (delegate* unmanaged<nint, void>)At(library, nameof(wasmtime_store_delete));
        wasmtime_context_set_fuel = (delegate* unmanaged<nint, ulong, nint>)At(library, nameof(wasmtime_context_set_fuel));
        wasmtime_context_set_epoch_deadline =
            (delegate* unmanaged<nint, ulong, void>)At(library, nameof(wasmtime_context_set_epoch_deadline));
        wasmtime_instance_new = (delegate* unmanaged<nint, nint, wasmtime_extern_t*, nuint, wasmtime_instance_t*, nint*, nint>)
            At(library, nameof(wasmtime_instance_new));
        wasmtime_instance_export_get = (delegate* unmanaged<nint, wasmtime_instance_t*, byte*, nuint, wasmtime_extern_t*, byte>)
            At(library, nameof(wasmtime_instance_export_get));
        wasmtime_func_type = (delegate* unmanaged<nint, wasmtime_func_t*, nint>)At(library, nameof(wasmtime_func_type));
        wasmtime_func_call_unchecked =
            (delegate* unmanaged<nint, wasmtime_func_t*, wasmtime_val_raw_t*, nuint, nint*, nint>)
            At(library, nameof(wasmtime_func_call_unchecked));
        wasmtime_memory_data = (delegate* unmanaged<nint, wasmtime_memory_t*, byte*>)At(library, nameof(wasmtime_memory_data));
        wasmtime_memory_data_size =
            (delegate* unmanaged<nint, wasmtime_memory_t*, nuint>)At(library, nameof(wasmtime_memory_data_size));
    }

    private static delegate* unmanaged<nint, byte, void> Switch(nint library, string name) =>
        (delegate* unmanaged<nint, byte, void>)At(library, name);

    private static nint At(nint library, string name) => NativeLibrary.GetExport(library, name);
}
