using Otedama.Core;

namespace Otedama.Interop;

/// <summary>One instruction-set flavour of an algorithm. Index is 1-based, as engines and self-tests take it.</summary>
public sealed record FlavourInfo(uint Index, string Name, bool Supported, bool Selected, int Lanes);

/// <summary>One algorithm of this build.</summary>
public sealed record AlgorithmInfo(
    Algorithm Algorithm,
    string Name,
    int DataLengthMin,
    int DataLengthMax,
    int ProofLength,
    int NonceBits,
    int VersionsMax,
    bool NeedsDataset,
    bool VerifyOnly,
    bool SlowScan,
    IReadOnlyList<FlavourInfo> Flavours)
{
    /// <summary>The flavour that "best" means on this machine.</summary>
    public FlavourInfo Selected => Flavours.First(flavour => flavour.Selected);
}

public enum DeviceBackend
{
    Cpu = 0,
    Cuda = 1,
    OpenCl = 2,
    Vulkan = 3,
}

/// <summary>Something that hashes. Units are hardware threads or compute units.</summary>
public sealed record DeviceInfo(
    int Index,
    DeviceBackend Backend,
    int Units,
    ulong MemoryBytes,
    string Name,
    IReadOnlyList<string> Features);

/// <summary>What the native code offers on this machine. Any thread.</summary>
public static unsafe class Catalogue
{
    private const uint FlagDataset = 1;
    private const uint FlagVerifyOnly = 2;
    private const uint FlagSlowScan = 4;

    public static IReadOnlyList<AlgorithmInfo> Algorithms()
    {
        Native.Open();
        List<AlgorithmInfo> algorithms = [];
        otd_algorithm_info info;
        for (uint index = 0; Otd.otd_algorithm_at(index, &info) == Otd.OTD_OK; index++)
        {
            algorithms.Add(new AlgorithmInfo(
                (Algorithm)info.id,
                NativeText.Read(info.name),
                (int)info.data_length_min,
                (int)info.data_length_max,
                (int)info.proof_length,
                (int)info.nonce_bits,
                (int)info.versions_max,
                (info.flags & FlagDataset) != 0,
                (info.flags & FlagVerifyOnly) != 0,
                (info.flags & FlagSlowScan) != 0,
                Flavours(info.id, info.flavour_count)));
        }
        return algorithms;
    }

    /// <summary>Null when this build does not have the algorithm.</summary>
    public static AlgorithmInfo? Find(Algorithm algorithm) =>
        Algorithms().FirstOrDefault(info => info.Algorithm == algorithm);

    public static IReadOnlyList<DeviceInfo> Devices()
    {
        Native.Open();
        List<DeviceInfo> devices = [];
        otd_device_info info;
        for (uint index = 0; Otd.otd_device_at(index, &info) == Otd.OTD_OK; index++)
        {
            string[] features = NativeText.Read(info.features).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            devices.Add(new DeviceInfo((int)info.index, (DeviceBackend)info.backend, (int)info.units,
                info.memory_bytes, NativeText.Read(info.name), features));
        }
        return devices;
    }

    /// <summary>
    /// Runs the known answers of one flavour (0 = the selected one). Throws NativeException when one comes out wrong or
    /// the CPU cannot run it.
    /// </summary>
    public static void SelfTest(Algorithm algorithm, uint flavour = 0)
    {
        Native.Open();
        int status = Otd.otd_self_test((uint)algorithm, flavour);
        NativeException.ThrowIfFailed(status, $"self-test of {algorithm} flavour {flavour}");
    }

    private static List<FlavourInfo> Flavours(uint algorithm, uint count)
    {
        List<FlavourInfo> flavours = [];
        otd_flavour_info info;
        for (uint index = 0; index < count && Otd.otd_flavour_at(algorithm, index, &info) == Otd.OTD_OK; index++)
        {
            flavours.Add(new FlavourInfo(index + 1, NativeText.Read(info.name), info.supported != 0,
                info.selected != 0, (int)info.lanes));
        }
        return flavours;
    }
}
