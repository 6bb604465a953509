using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// The graphics cards that options ask for, one worker each. A card that is lost keeps its seed: the crew lets its worker go
/// and makes another, which opens the card anew.
/// </summary>
internal sealed class GpuWorkers : IWorkerSource
{
    /// <summary>A card has two launches under way in a scan and drains them at its end, which this makes a small part.</summary>
    private static readonly TimeSpan s_scanBudget = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<GpuInfo> _gpus;
    private readonly WorkerSeed[] _seeds;

    /// <summary>Throws ArgumentException naming the card that cannot do it.</summary>
    public GpuWorkers(RigOptions options, DeviceDatasets datasets, TimeProvider time, ILogger logger)
    {
        _gpus = options.Gpus;
        _seeds = [.. _gpus.Select(gpu => Seed(gpu, options, datasets, time, logger))];
    }

    public string Kind => "GPU";

    public IReadOnlyList<WorkerSeed> Find() => _seeds;

    public IReadOnlyList<DeviceSnapshot> Measure() => [.. _gpus.Select(gpu =>
    {
        DeviceReadings now = Catalogue.Readings(gpu.Device.Index);
        return new DeviceSnapshot(gpu.Name, Kind, gpu.Device.Name, new DeviceTelemetry(now.TemperatureC, now.PowerW, null, now.ClockMhz));
    })];

    private static WorkerSeed Seed(
        GpuInfo gpu, RigOptions options, DeviceDatasets datasets, TimeProvider time, ILogger logger)
    {
        FlavourInfo flavour = gpu.Flavours(options.Algorithm).FirstOrDefault()
            ?? throw new ArgumentException($"{options.Algorithm} has no kernel for graphics card {gpu.Index} ({gpu.Device.Name})");
        AlgorithmFacts facts = AlgorithmFacts.Of(options.Algorithm, options.Equihash);
        AlgorithmInfo algorithm = CpuWorkers.FindAlgorithm(options.Algorithm);
        GpuEngines engines = new(gpu, facts, options, datasets, time, logger);
        return new WorkerSeed(gpu.Name, id => new EngineWorker(
            new EngineWorkerOptions
            {
                Id = id,
                Name = gpu.Name,
                Device = gpu.Device.Name,
                Algorithm = algorithm,
                Flavour = flavour,
                HashesPerNonce = facts.HashesPerNonce,
                ScanBudget = s_scanBudget,
                NonceCountFirst = Math.Max(4096, (ulong)facts.ThreadRateGuess), // a second of one processor thread
            },
            engines.ForWorker(),
            time,
            logger));
    }
}
