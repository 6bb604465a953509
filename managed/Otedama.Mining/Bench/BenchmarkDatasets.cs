using System.Diagnostics;
using System.Globalization;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Makes each dataset once, times it, and keeps it until the run ends.</summary>
internal sealed class BenchmarkDatasets(Action<string> say, CancellationToken cancellation) : IDisposable
{
    private readonly List<PowDataset> _made = [];
    private readonly List<DatasetBuild> _builds = [];

    public IReadOnlyList<DatasetBuild> Builds => _builds;

    /// <summary>
    /// The case with its dataset, or with the reason why there is none. Builds are measured without one.
    /// </summary>
    public BenchmarkCase With(BenchmarkCase item, BenchmarkOptions options)
    {
        if (options.Kind == BenchmarkKind.Build)
        {
            return item;
        }
        bool verthash = item.Facts.HasFile;
        if (verthash && options.VerthashFile is null && !options.VerthashInMemory)
        {
            return item with { Skipped = "needs its data: --verthash-file FILE (written when missing) or --verthash-memory" };
        }
        try
        {
            return item with { Dataset = Make(item, item.Data!.Value, verthash ? options.VerthashFile : null) };
        }
        catch (NativeException e)
        {
            return item with { Skipped = e.Message };
        }
    }

    public void Dispose()
    {
        foreach (PowDataset dataset in _made)
        {
            dataset.Dispose();
        }
    }

    /// <summary>The case with its data in the memory of a card, made from the processor's that it has now.</summary>
    public BenchmarkCase On(GpuInfo gpu, BenchmarkCase item)
    {
        if (item.Dataset is not { } source || item.Skipped is not null)
        {
            return item;
        }
        ulong size = PowDataset.SizeOf(source.Algorithm, DatasetKind.Full, source.Epoch, gpu.Device.Index);
        say(string.Create(CultureInfo.InvariantCulture, $"{item.Algorithm.Name} {item.Label}: {size / 1048576} MiB of data into the memory of {gpu.Name}"));
        try
        {
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long began = Stopwatch.GetTimestamp();
            PowDataset dataset = PowDataset.CreateOn(gpu.Device.Index, source, cancellation: cancellation);
            _made.Insert(0, dataset); // goes before what it was made from
            _builds.Add(new DatasetBuild(
                item.Algorithm.Name,
                item.Label.Length > 0 ? $"{item.Label}, on {gpu.Name}" : $"on {gpu.Name}",
                size,
                Stopwatch.GetElapsedTime(began).TotalSeconds,
                (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
            return item with { Dataset = dataset };
        }
        catch (NativeException e)
        {
            return item with { Skipped = e.Message };
        }
    }

    /// <summary>Frees a card's data when its rows are done: the next one's may need the memory.</summary>
    public void Free(BenchmarkCase item)
    {
        if (item.Dataset is { Device: not 0 } dataset && _made.Remove(dataset))
        {
            dataset.Dispose();
        }
    }

    private PowDataset Make(BenchmarkCase item, DatasetKind kind, string? path)
    {
        Algorithm algorithm = item.Algorithm.Algorithm;
        ulong size = PowDataset.SizeOf(algorithm, kind, item.Epoch);
        say(string.Create(CultureInfo.InvariantCulture, $"{item.Algorithm.Name} {item.Label}: preparing {size / 1048576} MiB of data"));
        bool found = path is not null && File.Exists(path);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        PowDataset dataset = PowDataset.Create(algorithm, kind, item.Epoch, path, cancellation: cancellation);
        _made.Add(dataset);
        string what = path is null ? "built in memory" : found ? "read from a file" : "built and written to a file";
        _builds.Add(new DatasetBuild(
            item.Algorithm.Name,
            item.Label.Length > 0 ? $"{item.Label}, {what}" : what,
            size,
            Stopwatch.GetElapsedTime(began).TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds));
        return dataset;
    }
}
