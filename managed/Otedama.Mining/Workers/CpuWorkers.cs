using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// The processors that options ask for, one worker a thread. They are there from the start to the end.
/// </summary>
internal sealed class CpuWorkers : IWorkerSource
{
    private const string DeviceId = "cpu";

    private readonly WorkerSeed[] _seeds;
    private readonly CpuSensors _sensors;
    private readonly string _device = CpuName();

    /// <summary>Throws ArgumentException naming the option this machine cannot do.</summary>
    public CpuWorkers(RigOptions options, DatasetStore datasets, TimeProvider time, ILogger logger)
    {
        _sensors = new CpuSensors(time);
        int threads = Threads(options);
        if (threads == 0)
        {
            _seeds = [];
            return;
        }
        AlgorithmFacts facts = AlgorithmFacts.Of(options.Algorithm, options.Equihash);
        AlgorithmInfo algorithm = facts.IsPlugin ? PluginAlgorithm(options) : FindAlgorithm(options.Algorithm);
        FlavourInfo flavour = FindFlavour(algorithm, options.Flavour);
        KawPowDatasets kawPow = new(datasets, options.KawPowDataset, threads, time);
        _seeds = [.. Enumerable.Range(0, threads).Select(i => new WorkerSeed($"cpu{i}", id => new EngineWorker(
            new EngineWorkerOptions
            {
                Id = id,
                Name = $"cpu{i}",
                Device = _device,
                DeviceId = DeviceId,
                Algorithm = algorithm,
                Flavour = flavour,
                HashesPerNonce = facts.HashesPerNonce,
                Tuning = new ThreadTuning(
                    options.CpuAffinity.Count > 0 ? options.CpuAffinity[i % options.CpuAffinity.Count] : null, options.CpuPriority),
            },
            () => MakeEngine(options, datasets, kawPow, facts, flavour.Index),
            time,
            logger)))];
    }

    public string Kind => "CPU";

    public IReadOnlyList<WorkerSeed> Find() => _seeds;

    public IReadOnlyList<DeviceSnapshot> Measure() =>
        _seeds.Length == 0 ? [] : [new DeviceSnapshot(DeviceId, Kind, _device, _sensors.Read())];

    public static AlgorithmInfo FindAlgorithm(Algorithm wanted)
    {
        IReadOnlyList<AlgorithmInfo> all = Catalogue.Algorithms();
        AlgorithmInfo? found = all.FirstOrDefault(info => info.Algorithm == wanted);
        if (found is null || found.VerifyOnly)
        {
            string names = string.Join(", ", all.Where(info => !info.VerifyOnly).Select(info => info.Name));
            throw new ArgumentException($"algorithm {wanted} cannot be mined on this CPU; choose one of: {names}");
        }
        return found;
    }

    /// <summary>Empty name = the best this CPU has.</summary>
    public static FlavourInfo FindFlavour(AlgorithmInfo algorithm, string name)
    {
        if (name.Length == 0)
        {
            return algorithm.Selected;
        }
        FlavourInfo? found = algorithm.Flavours.FirstOrDefault(flavour => flavour.Name == name && flavour.Supported);
        string usable = string.Join(", ", algorithm.Flavours.Where(flavour => flavour.Supported).Select(flavour => flavour.Name));
        return found ?? throw new ArgumentException($"flavour \"{name}\" of {algorithm.Name} does not run here; choose one of: {usable}");
    }

    private static IScanEngine MakeEngine(
        RigOptions options, DatasetStore datasets, KawPowDatasets kawPow, AlgorithmFacts facts, uint flavour)
    {
        if (facts.IsPlugin)
        {
            return new PluginScanEngine(options.Plugin!);
        }
        if (facts.HasEpochs)
        {
            return new DatasetScanEngine(facts.Algorithm, flavour, kawPow.For);
        }
        return facts.NeedsDataset
            ? new DatasetScanEngine(datasets, facts.Algorithm, flavour)
            : new NativeScanEngine(PowEngine.Create(facts.Algorithm, PowParameters.ForSearch(facts), flavour: flavour));
    }

    private static AlgorithmInfo PluginAlgorithm(RigOptions options) => options.Plugin is { } plugin
        ? PluginScanEngine.Describe(plugin)
        : throw new ArgumentException("algorithm plugin: no plugin is given; name one as plugin:NAME");

    public static string CpuName() =>
        Catalogue.Devices().FirstOrDefault(device => device.Backend == DeviceBackend.Cpu)?.Name ?? "CPU";

    private static int Threads(RigOptions options)
    {
        if (options.CpuThreads is < -1 or > RigOptions.CpuThreadsMax)
        {
            throw new ArgumentException(
                $"{options.CpuThreads} CPU threads: allowed are 1 to {RigOptions.CpuThreadsMax}, 0 for all, -1 for none");
        }
        foreach (int cpu in options.CpuAffinity)
        {
            // Which of these exist and are ours only the kernel knows; a worker it refuses runs unbound and says so.
            if (cpu is < 0 or >= RigOptions.CpuThreadsMax)
            {
                throw new ArgumentException($"processor {cpu}: numbers go from 0 to {RigOptions.CpuThreadsMax - 1}");
            }
        }
        return options.CpuThreads switch
        {
            -1 => 0,
            0 when options.CpuAffinity.Count > 0 => options.CpuAffinity.Count,
            0 => Environment.ProcessorCount,
            _ => options.CpuThreads,
        };
    }
}
