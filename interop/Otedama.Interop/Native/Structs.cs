using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Otedama.Interop;

// The structs of otedama.h and otedama_algo.h, letter for letter. LayoutCheck compares them with the library at start.
#pragma warning disable CS0649 // fields are written by the library

[InlineArray(8)]
internal struct otd_bytes_8
{
    private byte _first;
}

[InlineArray(16)]
internal struct otd_bytes_16
{
    private byte _first;
}

[InlineArray(32)]
internal struct otd_bytes_32
{
    private byte _first;
}

[InlineArray(64)]
internal struct otd_bytes_64
{
    private byte _first;
}

[InlineArray(128)]
internal struct otd_bytes_128
{
    private byte _first;
}

[InlineArray(256)]
internal struct otd_bytes_256
{
    private byte _first;
}

[InlineArray(Otd.OTD_VERSIONS_MAX)]
internal struct otd_versions
{
    private uint _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_layout_row
{
    public otd_bytes_32 type;
    public otd_bytes_32 field;
    public uint offset;
    public uint size;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_algorithm_info
{
    public uint id;
    public uint flags;
    public uint data_length_min;
    public uint data_length_max;
    public uint proof_length;
    public uint nonce_bits;
    public uint versions_max;
    public uint flavour_count;
    public otd_bytes_32 name;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_flavour_info
{
    public otd_bytes_32 name;
    public uint supported;
    public uint selected;
    public uint lanes;
    public uint slow;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_backend_info
{
    public uint backend;
    public int status;
    public uint opened;
    public uint device_count;
    public uint version;
    public uint reserved;
    public otd_bytes_32 name;
    public otd_bytes_256 message;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_device_info
{
    public uint index;
    public uint backend;
    public uint units;
    public uint kind;
    public ulong memory_bytes;
    public ulong memory_free_bytes;
    public ulong alloc_max_bytes;
    public uint compute_major;
    public uint compute_minor;
    public uint twin;
    public uint reserved;
    public otd_bytes_64 name;
    public otd_bytes_256 features;
    public otd_bytes_16 pci;
    public otd_bytes_16 uuid;
    public otd_bytes_32 driver;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_telemetry
{
    public uint valid;
    public int temperature_mc;
    public uint power_mw;
    public uint fan_percent;
    public uint clock_mhz;
    public uint memory_clock_mhz;
    public uint load_percent;
    public uint throttled;
    public ulong memory_used_bytes;
    public ulong hardware_errors;
    public ulong launches;
    public ulong lost;
    public ulong energy_mj;
    public uint power_limit_mw;
    public uint fan_rpm;
    public int hotspot_mc;
    public int memory_mc;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_ceiling
{
    public uint pattern;
    public uint reserved;
    public ulong footprint_bytes;
    public ulong amount;
    public ulong nanoseconds;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_dataset_params
{
    public uint algorithm;
    public uint kind;
    public uint epoch;
    public uint threads;
    public uint device;
    public uint reserved;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_progress
{
    public ulong done;
    public ulong total;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_algo_params
{
    public uint n;
    public uint k;
    public uint twist;
    public uint variant;
    public otd_bytes_8 personal;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_engine_params
{
    public uint algorithm;
    public uint device;
    public uint flavour;
    public uint intensity;
    public uint hang_ms;
    public uint flags;
    public otd_algo_params algo;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_work
{
    public ulong tag;
    public ulong nonce_first;
    public ulong nonce_count;
    public uint data_offset;
    public uint data_length;
    public uint height;
    public uint version_count;
    public otd_versions versions;
    public otd_bytes_32 target;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_hit
{
    public ulong tag;
    public ulong nonce;
    public uint version;
    public uint proof_length;
    public otd_bytes_32 hash;
    public otd_bytes_128 proof;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_scan_result
{
    public ulong hashes;
    public ulong nonce_next;
    public uint work_index;
    public uint hit_count;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_verify_item
{
    public uint data_offset;
    public uint data_length;
    public uint height;
    public uint reserved;
    public otd_bytes_32 target;
}

[StructLayout(LayoutKind.Sequential)]
internal struct otd_verdict
{
    public int verdict;
    public uint reserved;
    public otd_bytes_32 hash;
}
