using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// The graphics cards that options ask for, one worker each. A card that is lost keeps its seed: the crew lets its worker go
/// and makes another, which opens the card anew. A card is locked for this process from its first use until the rig
/// ends.
/// </summary>
internal sealed class GpuWorkers : IWorkerSource
{
    /// <summary>A card has two launches under way in a scan and drains them at its end, which this makes a small part.</summary>
    private static readonly TimeSpan s_scanBudget = TimeSpan.FromMilliseconds(250);

    /// <summary>Whatever a card refused, its driver needs a moment.</summary>
    private static readonly TimeSpan s_restartFirst = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<GpuInfo> _gpus;
    private readonly IReadOnlyList<string> _lockFolders;
    private readonly CardWatch _watch;
    private readonly ILogger _logger;
    private readonly Action<Action> _late;
    private readonly WorkerSeed[] _seeds;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, CardLock?> _locks = []; // by index of the card, under _gate
    private bool _disposed;

    /// <summary>Throws ArgumentException naming the card that cannot do it.</summary>
    /// <param name="late">As CardLock.DisposeAfter's run.</param>
    public GpuWorkers(
        RigOptions options, DeviceDatasets datasets, Action<Action> late, TimeProvider time, ILogger logger)
    {
        _late = late;
        _gpus = options.Gpus;
        _lockFolders = options.CardLockFolders ?? CardLock.Folders;
        _logger = logger;
        _watch = new CardWatch(
            [.. _gpus.Select(static gpu => (gpu.Name, gpu.Device.Name))],
            card => options.ReadsCardSensors ? Catalogue.Readings(_gpus[card].Device.Index) : default,
            time,
            logger);
        _seeds = [.. _gpus.Select((gpu, place) => Seed(gpu, place, options, datasets, time))];
    }

    public string Kind => "GPU";

    /// <summary>
    /// Looks at temperatures and the like, every CardWatch.Interval on a thread of its own: a driver may hold it.
    /// </summary>
    public void Look() => _watch.Look();

    public IReadOnlyList<WorkerSeed> Find() => _seeds;

    /// <summary>What the watch saw last: this does not wait for a driver.</summary>
    public IReadOnlyList<DeviceSnapshot> Measure()
    {
        _watch.SpeakOfSilence();
        return
        [
            .. _gpus.Select((gpu, place) => new DeviceSnapshot(gpu.Name, Kind, gpu.Device.Name,
                _watch.Telemetry(place))),
        ];
    }

    /// <summary>
    /// Others may take the cards, each after the last step of its worker: a rig that is started in this one's place must
    /// not have a second engine on a card.
    /// </summary>
    /// <param name="hanging">Waits for the last step of workers that were not to be stopped in time, by their seeds' keys.</param>
    public void End(IReadOnlyDictionary<string, Action> hanging)
    {
        lock (_gate)
        {
            _disposed = true;
            foreach ((int index, CardLock? held) in _locks)
            {
                if (hanging.TryGetValue(_gpus.First(gpu => gpu.Index == index).Name, out Action? waitForEnd))
                {
                    held?.DisposeAfter(waitForEnd, _late);
                }
                else
                {
                    held?.Dispose();
                }
            }
            _locks.Clear();
        }
    }

    private WorkerSeed Seed(GpuInfo gpu, int place, RigOptions options, DeviceDatasets datasets, TimeProvider time)
    {
        if (gpu.Flavours(options.Algorithm).Count == 0)
        {
            throw new ArgumentException($"{options.Algorithm} has no kernel for graphics card {gpu.Index} ({gpu.Device.Name})");
        }
        AlgorithmFacts facts = AlgorithmFacts.Of(options.Algorithm, options.Equihash);
        AlgorithmInfo algorithm = CpuWorkers.FindAlgorithm(options.Algorithm);
        GpuEngines engines = new(gpu, facts, options, datasets, time, _logger);
        Func<IScanEngine> make = engines.ForWorker(out GpuTrial trial);
        return new WorkerSeed(gpu.Name, id => new EngineWorker(
            new EngineWorkerOptions
            {
                Id = id,
                Name = gpu.Name,
                Device = gpu.Device.Name,
                DeviceId = gpu.Name,
                Trouble = () => _watch.Trouble(place),
                Algorithm = algorithm,
                Flavour = trial.Flavour, // the remembered one, where one is
                HashesPerNonce = facts.HashesPerNonce,
                ScanBudget = s_scanBudget,
                RestartFirst = s_restartFirst,
                NonceCountFirst = Math.Max(4096, (ulong)facts.ThreadRateGuess), // a second of one processor thread
            },
            () =>
            {
                Hold(gpu);
                return make();
            },
            time,
            _logger));
    }

    /// <summary>Locks the card unless it is; throws IOException while another process has it.</summary>
    private void Hold(GpuInfo gpu)
    {
        lock (_gate)
        {
            if (_disposed || _locks.ContainsKey(gpu.Index))
            {
                return;
            }
            _locks[gpu.Index] = CardLock.Take(gpu, _lockFolders);
            if (_locks[gpu.Index] is null)
            {
                RigLog.CardNotLocked(_logger, gpu.Name, string.Join(" and ", _lockFolders));
            }
        }
    }
}
