using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What a rig mines, where, and with which of the machine's processors.</summary>
public sealed record RigOptions
{
    public const int PoolsMax = 16;

    public const int CpuThreadsMax = 1024;

    /// <summary>
    /// Pools in order of preference, 1 to 16. Ignored when the rig is started with a job source of its own.
    /// </summary>
    public IReadOnlyList<PoolEndpoint> Pools { get; init; } = [];

    public Algorithm Algorithm { get; init; } = Algorithm.Sha256d;

    /// <summary>Parameters where Algorithm is Equihash; null = ZelHash.</summary>
    public EquihashRule? Equihash { get; init; }

    /// <summary>What hashes when Algorithm is Plugin. Stays the caller's; must outlive the rig.</summary>
    public WasmPlugin? Plugin { get; init; }

    /// <summary>CPU workers, one thread each; 0 = one per hardware thread, -1 = none.</summary>
    public int CpuThreads { get; init; }

    /// <summary>Processor numbers to pin workers to, used round-robin; empty = the scheduler decides.</summary>
    public IReadOnlyList<int> CpuAffinity { get; init; } = [];

    public CpuPriority CpuPriority { get; init; } = CpuPriority.Low;

    /// <summary>Instruction-set flavour by name (ref, avx2, ...); empty = the best this CPU has.</summary>
    public string Flavour { get; init; } = "";

    /// <summary>Graphics cards, one worker each.</summary>
    public IReadOnlyList<GpuInfo> Gpus { get; init; } = [];

    /// <summary>Nonces of a card's launch as a power of two, 6 to 30; 0 = as many as take about 8 ms.</summary>
    public int GpuIntensity { get; init; }

    /// <summary>Where a card's driver refuses every kernel of KawPow that is compiled for a period, use the slow
    /// one that reads its program.</summary>
    public bool GpuFallback { get; init; }

    /// <summary>Which geometry was fastest on which card; null = that is found out at every start.</summary>
    public IGpuTuning? GpuTuning { get; init; }

    /// <summary>Datasets of cards, shared with others in this process; null = the rig has its own.</summary>
    public DeviceDatasets? DeviceDatasets { get; init; }

    /// <summary>
    /// Usual time between two blocks of what is mined; from it follows when a card's next dataset is begun.
    /// </summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Ask cards for temperature and the like; false where their library of sensors is broken.</summary>
    public bool ReadsCardSensors { get; init; } = true;

    /// <summary>
    /// Folders in which cards are locked for this process, the first that can be written counts; null = those of the
    /// machine.
    /// </summary>
    public IReadOnlyList<string>? CardLockFolders { get; init; }

    /// <summary>What hashes beside the processors: devices that may come and go.</summary>
    public IReadOnlyList<IWorkerSource> Devices { get; init; } = [];

    /// <summary>Datasets shared with others in this process; null = the rig has its own, in memory.</summary>
    public DatasetStore? Datasets { get; init; }

    /// <summary>KawPow: what to search with.</summary>
    public KawPowDatasetMode KawPowDataset { get; init; }

    /// <summary>Start with mining paused, until Resume.</summary>
    public bool StartPaused { get; init; }

    /// <summary>Pauses mining while it has a reason to; null = never.</summary>
    public MachineWatch? Watch { get; init; }

    /// <summary>Hosts pools may send us to besides their own.</summary>
    public IReadOnlyList<string> RedirectHosts { get; init; } = [];

    /// <summary>What pools are told we are.</summary>
    public string UserAgent { get; init; } = "otedama/0.1";

    /// <summary>Start difficulty to ask a pool for; 0 = derived from the measured hash rate.</summary>
    public double SuggestDifficulty { get; init; }
}
