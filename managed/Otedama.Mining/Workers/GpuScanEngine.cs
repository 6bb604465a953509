using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Makes the engine that scans; a seam for tests, which have no card.</summary>
internal delegate IScanEngine GpuEngineMaker(FlavourInfo flavour, PowDataset? dataset);

/// <summary>
/// Scans on a graphics card with the geometry a trial names and the dataset of the job's height: moves to another of
/// either
/// by itself. Searches nothing, and returns at once, while its dataset is being made.
/// </summary>
internal sealed class GpuScanEngine : IScanEngine
{
    private readonly string _name;
    private readonly GpuTrial _trial;
    private readonly DeviceDatasetLease _datasets;
    private readonly GpuEngineMaker _make;
    private readonly bool _needsDataset;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private IScanEngine? _engine; // replaced under _gate
    private PowDataset? _dataset; // of the engine
    private FlavourInfo? _flavour; // of the engine
    private Job? _job;
    private long? _without;       // since when there has been no dataset
    private bool _hashed;
    private string? _waiting;     // written by the scanning thread

    /// <summary>
    /// Takes over the lease. An algorithm without a dataset has its engine at once, so that what is wrong with the
    /// card shows
    /// before there is work. Throws NativeException.
    /// </summary>
    public GpuScanEngine(
        string name,
        GpuTrial trial,
        DeviceDatasetLease datasets,
        bool needsDataset,
        GpuEngineMaker make,
        TimeProvider time,
        ILogger logger)
    {
        (_name, _trial, _datasets, _needsDataset) = (name, trial, datasets, needsDataset);
        (_make, _time, _logger) = (make, time, logger);
        if (!needsDataset)
        {
            try
            {
                Prepare(null);
            }
            catch
            {
                Dispose();
                throw;
            }
        }
    }

    public string? Flavour => _trial.Flavour.Name;

    public string? Waiting => Volatile.Read(ref _waiting);

    public void Begin(Job job) => _job = job;

    public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
    {
        try
        {
            PowDataset? dataset = _needsDataset ? Dataset() : null;
            if (_needsDataset && dataset is null)
            {
                return new PowScan(0, 0, work.NonceFirst, 0, false);
            }
            Prepare(dataset);
            long began = _time.GetTimestamp();
            PowScan scan = _engine!.Scan(work, hits, budget);
            _trial.OnScan(scan.Hashes, _time.GetElapsedTime(began));
            _hashed = true;
            return scan;
        }
        catch (NativeException e) when (e.IsDeviceLost)
        {
            _datasets.OnLost();
            throw;
        }
    }

    public void Cancel()
    {
        lock (_gate)
        {
            _engine?.Cancel();
        }
    }

    public void Dispose()
    {
        Replace(null);
        _datasets.Dispose();
    }

    private PowDataset? Dataset()
    {
        Job job = _job ?? throw new InvalidOperationException("Begin names the job before the first Scan");
        PowDataset? dataset = _datasets.TryGet(job.Height, out bool letGo);
        if (letGo)
        {
            Replace(null);
        }
        Volatile.Write(ref _waiting, dataset is null ? "waiting for the dataset of its card" : null);
        if (dataset is null)
        {
            _without ??= _time.GetTimestamp();
        }
        else if (_without is long since)
        {
            _without = null;
            if (_hashed) // the first one is waited for by everybody, and its making is in the log
            {
                double seconds = _time.GetElapsedTime(since).TotalSeconds;
                RigLog.WithoutDataset(_logger, _name, seconds, job.Algorithm.Facts.EpochOf(job.Height));
            }
        }
        return dataset;
    }

    private void Prepare(PowDataset? dataset)
    {
        while (_engine is null || !ReferenceEquals(_dataset, dataset) || _flavour != _trial.Flavour)
        {
            Replace(null); // first: scratchpads of two engines do not fit beside each other
            FlavourInfo flavour = _trial.Flavour;
            try
            {
                IScanEngine engine = _make(flavour, dataset);
                (_dataset, _flavour) = (dataset, flavour);
                Replace(engine);
            }
            // Memory that is still taken, or a card that is busy with its end, says nothing about a geometry.
            catch (NativeException e) when (e.IsRefusal && _trial.OnRefused())
            {
                RigLog.GeometryRefused(_logger, _name, flavour.Name, e.Message);
            }
        }
    }

    private void Replace(IScanEngine? engine)
    {
        IScanEngine? old;
        lock (_gate)
        {
            old = _engine;
            _engine = engine;
        }
        old?.Dispose();
    }
}
