using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>Bytes owned by the library until wasm_byte_vec_delete.</summary>
internal unsafe struct wasm_byte_vec_t
{
    public nuint size;
    public byte* data;
}

/// <summary>Pointers to types.</summary>
internal unsafe struct wasm_ptr_vec_t
{
    public nuint size;
    public nint* data;
}

internal struct wasmtime_func_t
{
    public ulong store_id;
    public nint _private;
}

[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct wasmtime_memory_t
{
    [FieldOffset(0)]
    public ulong store_id;

    [FieldOffset(8)]
    public uint _private1;

    [FieldOffset(16)]
    public uint _private2;
}

internal struct wasmtime_instance_t
{
    public ulong store_id;
    public nuint _private;
}

/// <summary>A tagged union.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct wasmtime_extern_t
{
    [FieldOffset(0)]
    public byte kind;

    [FieldOffset(8)]
    public wasmtime_func_t func;

    [FieldOffset(8)]
    public wasmtime_memory_t memory;
}

/// <summary>An argument or a result, always little-endian.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct wasmtime_val_raw_t
{
    [FieldOffset(0)]
    public int i32;

    [FieldOffset(0)]
    public long i64;
}
