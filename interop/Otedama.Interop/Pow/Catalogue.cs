using System.Text;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>One instruction-set flavour of an algorithm. Index is 1-based, as engines and self-tests take it.</summary>
/// <param name="Slow">Only for a card whose driver refuses the others.</param>
public sealed record FlavourInfo(uint Index, string Name, bool Supported, bool Selected, int Lanes, bool Slow = false);

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

/// <summary>What kind of thing a device is. A simulator is the processor behind a GPU's interface.</summary>
public enum DeviceKind
{
    Processor = 0,
    Discrete = 1,
    Integrated = 2,
    Simulator = 3,
    Other = 4,
}

/// <summary>Something that hashes. Units are hardware threads or compute units; Index is what engines take.</summary>
public sealed record DeviceInfo(
    int Index,
    DeviceBackend Backend,
    int Units,
    ulong MemoryBytes,
    string Name,
    IReadOnlyList<string> Features)
{
    public DeviceKind Kind { get; init; }

    /// <summary>Bytes, when it was listed; null where it does not say.</summary>
    public ulong? MemoryFreeBytes { get; init; }

    /// <summary>Address on the bus such as 0000:01:00.0; null where it does not say.</summary>
    public string? Pci { get; init; }

    /// <summary>Of this board alone, 32 hex digits; null where it does not say.</summary>
    public string? Uuid { get; init; }

    /// <summary>Version as the driver writes it; null where it does not say.</summary>
    public string? Driver { get; init; }

    /// <summary>Index of the same board behind the interface to prefer; its own where this is it.</summary>
    public int Twin { get; init; }
}

/// <summary>What a device tells of itself now; null where it does not.</summary>
/// <param name="HardwareErrors">Answers the processor found wrong since the device was listed.</param>
/// <param name="Launches">Kernels started since then.</param>
/// <param name="Lost">Times it was given up as lost since then.</param>
public readonly record struct DeviceReadings(
    double? TemperatureC, double? PowerW, double? ClockMhz, ulong? HardwareErrors, ulong? Launches, ulong? Lost)
{
    /// <summary>Of the highest speed.</summary>
    public double? FanPercent { get; init; }

    /// <summary>Turns a minute.</summary>
    public double? FanRpm { get; init; }

    public double? MemoryClockMhz { get; init; }

    /// <summary>Part of the time it works, in percent.</summary>
    public double? LoadPercent { get; init; }

    /// <summary>Degrees of its hottest place.</summary>
    public double? HotspotC { get; init; }

    /// <summary>Degrees of its memory.</summary>
    public double? MemoryC { get; init; }

    /// <summary>Watts it is allowed.</summary>
    public double? PowerLimitW { get; init; }

    /// <summary>Used by everything that uses the device.</summary>
    public ulong? MemoryUsedBytes { get; init; }

    /// <summary>Since its driver was loaded.</summary>
    public double? EnergyJ { get; init; }

    /// <summary>Why it holds itself back; None = it does not.</summary>
    public ThrottleReasons? Throttle { get; init; }
}

/// <summary>Why a device is slower than it could be.</summary>
[Flags]
public enum ThrottleReasons
{
    None = 0,

    /// <summary>It draws the power it is allowed, as it should where that was lowered.</summary>
    Power = 1,

    /// <summary>It is too hot.</summary>
    Heat = 2,

    /// <summary>Its hardware pulls it down: power supply, or heat.</summary>
    Hardware = 4,
}

/// <summary>A pattern of access whose ceiling a card can be measured for.</summary>
public enum CeilingPattern
{
    /// <summary>Bytes read and written in their order.</summary>
    Copy = 0,

    /// <summary>Bytes read at random multiples of 256, 256 each, as KawPow does.</summary>
    Random256 = 1,

    /// <summary>Bytes read at random multiples of 16, 32 each, as Verthash does.</summary>
    Random32 = 2,

    /// <summary>Random words read of 16 KiB of shared memory, as KawPow does.</summary>
    Shared = 3,

    /// <summary>Operations on 32-bit words, half of them rotations, as SHA-256 does.</summary>
    Integer = 4,
}

/// <summary>What a card did at most with one pattern, in bytes or operations.</summary>
public readonly record struct DeviceCeiling(CeilingPattern Pattern, ulong FootprintBytes, double PerSecond);

/// <summary>One way to speak to devices.</summary>
/// <param name="Name">As OTEDAMA_GPU takes it.</param>
/// <param name="Devices">How many it shows; 0 also before it was looked for.</param>
/// <param name="Message">Empty, or why there are none and what to do about it.</param>
public sealed record BackendInfo(DeviceBackend Backend, string Name, int Devices, string Message);

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
                ReadFlavours(0, info.id)));
        }
        return algorithms;
    }

    /// <summary>Null when this build does not have the algorithm.</summary>
    public static AlgorithmInfo? Find(Algorithm algorithm) =>
        Algorithms().FirstOrDefault(info => info.Algorithm == algorithm);

    /// <summary>The processor, and what OpenDevices has found.</summary>
    public static IReadOnlyList<DeviceInfo> Devices()
    {
        Native.Open();
        List<DeviceInfo> devices = [];
        otd_device_info info;
        for (uint index = 0; Otd.otd_device_at(index, &info) == Otd.OTD_OK; index++)
        {
            devices.Add(Read(info));
        }
        return devices;
    }

    /// <summary>
    /// Looks for devices besides the processor, once; opens drivers, which takes up to some seconds. Throws NativeException
    /// when OTEDAMA_GPU names something that does not exist.
    /// </summary>
    public static void OpenDevices() => OpenDevices(uint.MaxValue);

    /// <summary>The same for some backends only.</summary>
    /// <param name="mask">Bit n = DeviceBackend n.</param>
    public static void OpenDevices(uint mask)
    {
        Native.Open();
        NativeException.ThrowIfFailed(Otd.otd_devices_open(mask), "look for devices");
    }

    /// <summary>
    /// Where what drivers compile is kept from now on, and the logs of compilers that refuse a kernel; made when
    /// missing, its parent has to exist. "" = nowhere, which is also so after a failure. Throws NativeException.
    /// </summary>
    public static void KeepPrograms(string folder)
    {
        byte[] path = Encoding.UTF8.GetBytes(folder);
        fixed (byte* bytes = path)
        {
            NativeException.ThrowIfFailed(Otd.otd_devices_cache(bytes, (uint)path.Length), "keep compiled kernels");
        }
    }

    /// <summary>The ways to devices this build has.</summary>
    public static IReadOnlyList<BackendInfo> Backends()
    {
        Native.Open();
        List<BackendInfo> backends = [];
        otd_backend_info info;
        for (uint index = 0; Otd.otd_backend_at(index, &info) == Otd.OTD_OK; index++)
        {
            backends.Add(new BackendInfo(
                (DeviceBackend)info.backend, NativeText.Read(info.name), (int)info.device_count, NativeText.Read(info.message)));
        }
        return backends;
    }

    /// <summary>
    /// Measures for about budget, with a kernel that does nothing else, over footprint bytes of the card's memory
    /// (or what one piece may have). Throws NativeException.
    /// </summary>
    public static DeviceCeiling Ceiling(int device, CeilingPattern pattern, ulong footprint, TimeSpan budget)
    {
        otd_ceiling ceiling;
        NativeException.ThrowIfFailed(
            Otd.otd_device_ceiling((uint)device, (uint)pattern, footprint, (uint)budget.TotalMilliseconds, &ceiling),
            $"measure {pattern} on device {device}");
        return new DeviceCeiling(pattern, ceiling.footprint_bytes, ceiling.amount * 1e9 / ceiling.nanoseconds);
    }

    /// <summary>
    /// Never waits for a scan, but for a driver that hangs. Throws NativeException for a device that does not exist.
    /// </summary>
    public static DeviceReadings Readings(int device)
    {
        // OTD_TELEMETRY_...
        const uint temperature = 1, power = 2, fan = 4, clock = 8, memoryClock = 16, load = 32, throttled = 64,
            memoryUsed = 128,
            counters = 256, energy = 512, powerLimit = 1024, fanRpm = 2048, hotspot = 4096, memoryTemperature = 8192;
        Native.Open();
        otd_telemetry now;
        NativeException.ThrowIfFailed(Otd.otd_device_telemetry((uint)device, &now), $"telemetry of device {device}");
        uint valid = now.valid;
        return new DeviceReadings(
            Has(temperature) ? now.temperature_mc / 1e3 : null,
            Has(power) ? now.power_mw / 1e3 : null,
            Has(clock) ? now.clock_mhz : null,
            Has(counters) ? now.hardware_errors : null,
            Has(counters) ? now.launches : null,
            Has(counters) ? now.lost : null)
        {
            FanPercent = Has(fan) ? now.fan_percent : null,
            FanRpm = Has(fanRpm) ? now.fan_rpm : null,
            MemoryClockMhz = Has(memoryClock) ? now.memory_clock_mhz : null,
            LoadPercent = Has(load) ? now.load_percent : null,
            HotspotC = Has(hotspot) ? now.hotspot_mc / 1e3 : null,
            MemoryC = Has(memoryTemperature) ? now.memory_mc / 1e3 : null,
            PowerLimitW = Has(powerLimit) ? now.power_limit_mw / 1e3 : null,
            MemoryUsedBytes = Has(memoryUsed) ? now.memory_used_bytes : null,
            EnergyJ = Has(energy) ? now.energy_mj / 1e3 : null,
            Throttle = Has(throttled) ? (ThrottleReasons)now.throttled : null,
        };

        bool Has(uint bit) => (valid & bit) != 0;
    }

    /// <summary>What a device has of an algorithm; empty where it cannot search it.</summary>
    public static IReadOnlyList<FlavourInfo> Flavours(int device, Algorithm algorithm)
    {
        Native.Open();
        return ReadFlavours((uint)device, (uint)algorithm);
    }

    /// <summary>
    /// Runs the known answers of one flavour (0 = the selected one) on one device. Throws NativeException when one comes out
    /// wrong or the device cannot run it.
    /// </summary>
    public static void SelfTest(Algorithm algorithm, uint flavour = 0, int device = 0)
    {
        Native.Open();
        int status = Otd.otd_self_test((uint)device, (uint)algorithm, flavour);
        NativeException.ThrowIfFailed(status, $"self-test of {algorithm} flavour {flavour}");
    }

    private static DeviceInfo Read(in otd_device_info info)
    {
        string[] features = NativeText.Read(info.features).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new DeviceInfo(
            (int)info.index, (DeviceBackend)info.backend, (int)info.units, info.memory_bytes, NativeText.Read(info.name), features)
        {
            Kind = (DeviceKind)info.kind,
            MemoryFreeBytes = info.memory_free_bytes > 0 ? info.memory_free_bytes : null,
            Pci = Known(NativeText.Read(info.pci)),
            Driver = Known(NativeText.Read(info.driver)),
            Uuid = Uuid(info.uuid),
            Twin = (int)info.twin,
        };

        static string? Known(string text) => text.Length > 0 ? text : null;
    }

    /// <summary>All zero = not known.</summary>
    private static string? Uuid(ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAnyExcept((byte)0) ? Hex.Encode(bytes) : null;

    private static List<FlavourInfo> ReadFlavours(uint device, uint algorithm)
    {
        List<FlavourInfo> flavours = [];
        otd_flavour_info info;
        for (uint index = 0; Otd.otd_flavour_at(device, algorithm, index, &info) == Otd.OTD_OK; index++)
        {
            flavours.Add(new FlavourInfo(index + 1, NativeText.Read(info.name), info.supported != 0,
                info.selected != 0, (int)info.lanes, info.slow != 0));
        }
        return flavours;
    }
}
