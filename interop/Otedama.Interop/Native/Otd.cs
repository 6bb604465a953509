using System.Runtime.InteropServices;

namespace Otedama.Interop;

/// <summary>
/// The verbs and constants of otedama.h, letter for letter. Everything else goes through the safe classes.
/// </summary>
internal static unsafe partial class Otd
{
    public const string Library = "otedama_native";

    public const uint OTD_ABI_VERSION = 5;

    public const uint OTD_ENGINE_VERIFY = 1;

    public const int OTD_OK = 0;
    public const int OTD_E_ARGUMENT = -1;
    public const int OTD_E_ABI = -2;
    public const int OTD_E_UNSUPPORTED = -3;
    public const int OTD_E_MEMORY = -4;
    public const int OTD_E_DRIVER = -5;
    public const int OTD_E_DEVICE_LOST = -6;
    public const int OTD_E_DATASET = -7;
    public const int OTD_E_IO = -8;
    public const int OTD_E_CANCELLED = -9;
    public const int OTD_E_SELFTEST = -10;
    public const int OTD_E_MISSING = -11;
    public const int OTD_E_BUSY = -12;
    public const int OTD_E_DENIED = -13;

    public const int OTD_NAME_MAX = 32;
    public const int OTD_VERSIONS_MAX = 8;
    public const int OTD_PROOF_MAX = 128;
    public const int OTD_BATCH_MAX = 65536;
    public const int OTD_ERROR_TEXT_MAX = 512;

    [LibraryImport(Library)]
    public static partial uint otd_abi_version();

    [LibraryImport(Library)]
    public static partial int otd_abi_layout(uint index, otd_layout_row* @out);

    [LibraryImport(Library)]
    public static partial int otd_open(uint abi_version);

    [LibraryImport(Library)]
    public static partial int otd_close();

    [LibraryImport(Library)]
    public static partial int otd_last_error(byte* text, uint text_length);

    [LibraryImport(Library)]
    public static partial byte* otd_status_name(int status);

    [LibraryImport(Library)]
    public static partial int otd_algorithm_at(uint index, otd_algorithm_info* @out);

    [LibraryImport(Library)]
    public static partial int otd_devices_open(uint mask);

    [LibraryImport(Library)]
    public static partial int otd_devices_cache(byte* path, uint path_length);

    [LibraryImport(Library)]
    public static partial int otd_backend_at(uint index, otd_backend_info* @out);

    [LibraryImport(Library)]
    public static partial int otd_device_at(uint index, otd_device_info* @out);

    [LibraryImport(Library)]
    public static partial int otd_flavour_at(uint device, uint algorithm, uint index, otd_flavour_info* @out);

    [LibraryImport(Library)]
    public static partial int otd_device_telemetry(uint device, otd_telemetry* @out);

    [LibraryImport(Library)]
    public static partial int otd_device_ceiling(uint device, uint pattern, ulong footprint_bytes, uint budget_ms,
        otd_ceiling* @out);

    [LibraryImport(Library)]
    public static partial int otd_self_test(uint device, uint algorithm, uint flavour);

    [LibraryImport(Library)]
    public static partial int otd_dataset_size(otd_dataset_params* @params, ulong* bytes);

    [LibraryImport(Library)]
    public static partial int otd_dataset_create(otd_dataset_params* @params, nint source, byte* path, uint path_length,
        otd_progress* progress, uint* cancel, nint* @out);

    [LibraryImport(Library)]
    public static partial void otd_dataset_destroy(nint dataset);

    [LibraryImport(Library)]
    public static partial int otd_engine_create(otd_engine_params* @params, nint dataset, nint* @out);

    [LibraryImport(Library)]
    public static partial int otd_engine_scan(nint engine, otd_hit* hits, uint hit_capacity, otd_scan_result* result,
        otd_work* works, uint work_count, byte* data, uint data_length, uint budget_ms);

    [LibraryImport(Library)]
    public static partial void otd_engine_cancel(nint engine);

    [LibraryImport(Library)]
    public static partial void otd_engine_destroy(nint engine);

    [LibraryImport(Library)]
    public static partial int otd_verify(uint algorithm, uint flavour, otd_algo_params* algo, nint dataset,
        otd_verdict* verdicts, otd_verify_item* items, uint count, byte* data, uint data_length);

    [LibraryImport(Library)]
    public static partial int otd_engine_verify(nint engine, otd_verdict* verdicts, otd_verify_item* items, uint count,
        byte* data, uint data_length);

    [LibraryImport(Library)]
    public static partial int otd_sha256d(byte* @out, byte* data, uint data_length);

    [LibraryImport(Library)]
    public static partial int otd_merkle_roots(byte* roots, byte* extranonces, uint extranonce_length, uint count,
        byte* prefix, uint prefix_length, byte* suffix, uint suffix_length, byte* branches, uint branch_count);

    [LibraryImport(Library)]
    public static partial int otd_secp256k1_public(byte* public_x, byte* secret);

    [LibraryImport(Library)]
    public static partial int otd_ellswift_create(byte* encoding, byte* secret, byte* entropy);

    [LibraryImport(Library)]
    public static partial int otd_ellswift_decode(byte* x, byte* encoding);

    [LibraryImport(Library)]
    public static partial int otd_ellswift_inverse(byte* t, uint* found, byte* x, byte* u, uint way);

    [LibraryImport(Library)]
    public static partial int otd_ellswift_xdh(byte* shared, byte* shared_x, byte* secret, byte* initiator,
        byte* responder, uint is_initiator);

    [LibraryImport(Library)]
    public static partial int otd_schnorr_sign(byte* signature, byte* message, byte* secret, byte* aux);

    [LibraryImport(Library)]
    public static partial int otd_schnorr_verify(uint* valid, byte* signature, byte* message, byte* public_x);
}
