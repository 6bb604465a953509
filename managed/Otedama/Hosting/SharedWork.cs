using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// What rigs, pools and the chain hash with, each held once however many use it: datasets and plugins. Disposed after all of
/// them.
/// </summary>
internal sealed class SharedWork : IDisposable
{
    private readonly Configuration _configuration;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly DatasetLog _datasetLog;
    private readonly string _root; // the data directory
    private readonly string _folder;
    private readonly Dictionary<string, WasmPlugin> _plugins = []; // touched at the start, then by one reload or switch at a time
    private readonly List<IDisposable> _checkers = [];

    /// <summary>Throws CommandException when an algorithm of the plan is not in this program.</summary>
    public SharedWork(InstancePlan plan, ILoggerFactory loggers, TimeProvider clock)
    {
        (_configuration, _logger, _time) = (plan.Configuration, loggers.CreateLogger(LogCategory.Instance), clock);
        Work[] all = [.. plan.Pools.Select(static pool => pool.Work).Concat(plan.Rigs.Select(static rig => rig.Work))];
        _root = plan.DataRoot;
        _folder = Path.Combine(plan.DataRoot, "datasets");
        Array.ForEach(all, Require);
        Array.ForEach(all, MakeRoom);
        _datasetLog = new DatasetLog(loggers.CreateLogger(LogCategory.Datasets), clock);
        Datasets = new DatasetStore(new DatasetStoreOptions
        {
            Folder = _folder,
            Clock = clock,
            Finished = _datasetLog.OnFinished
        });
        DeviceDatasets = new DeviceDatasets(
            Datasets,
            new DeviceDatasetOptions { Clock = clock, Finished = _datasetLog.OnFinished, Says = _datasetLog.OnMemory });
        GpuTuning = new GpuTuning(plan.DataRoot, clock, sentence => InstanceLog.GpuTuning(_logger, sentence));
        _datasetLog.Follow(DatasetStates);
    }

    public DatasetStore Datasets { get; }

    /// <summary>In the memory of graphics cards.</summary>
    public DeviceDatasets DeviceDatasets { get; }

    public GpuTuning GpuTuning { get; }

    /// <summary>The processor's and the cards'.</summary>
    public IReadOnlyList<DatasetState> DatasetStates() => [.. Datasets.Snapshot(), .. DeviceDatasets.Snapshot()];

    /// <summary>
    /// Judges shares and blocks of a coin. Throws ConfigurationException or CommandException over a plugin or a card.
    /// </summary>
    public IProofChecker CheckerOf(Work work, Configuration configuration)
    {
        DatasetProofChecker native = new(Datasets, PowParameters.Of(work.Coin));
        if (PluginOf(work) is not { } plugin)
        {
            IReadOnlyList<GpuInfo> cards = GpuChoice.Checking(
                configuration, work, _root, sentence => InstanceLog.CardChecks(_logger, sentence));
            return cards.Count == 0 ? native : OnCards(work, cards, native, configuration);
        }
        PluginProofChecker checker = new(plugin, native, new PluginAlarm(_logger, _time).OnFailure);
        _checkers.Add(checker);
        return checker;
    }

    private GpuProofChecker OnCards(Work work, IReadOnlyList<GpuInfo> cards, DatasetProofChecker native,
        Configuration configuration)
    {
        GpuCheckOptions options = new()
        {
            Always = configuration.Get(Settings.CheckGpusWhen) == "always",
            Says = sentence => InstanceLog.CardChecks(_logger, sentence),
            Warns = sentence => InstanceLog.CardChecksNothing(_logger, sentence),
            Clock = _time,
        };
        TimeSpan blockTime = TimeSpan.FromSeconds(Math.Max(1, work.Coin.BlockSeconds));
        GpuProofChecker checker = new(cards, work.Algorithm, PowParameters.Of(work.Coin), native, DeviceDatasets,
            blockTime, options);
        _checkers.Add(checker);
        return checker;
    }

    /// <summary>Null where the work is no plugin's.</summary>
    public WasmPlugin? PluginOf(Work work)
    {
        if (work.PluginName is not { } name)
        {
            return null;
        }
        if (!_plugins.TryGetValue(name, out WasmPlugin? plugin))
        {
            _plugins.Add(name, plugin = PluginShelf.Open(_configuration, name));
        }
        return plugin;
    }

    public void Dispose()
    {
        _checkers.ForEach(static checker => checker.Dispose());
        foreach (WasmPlugin plugin in _plugins.Values)
        {
            plugin.Dispose();
        }
        _datasetLog.Dispose();
        DeviceDatasets.Dispose(); // first: they are made from the others
        Datasets.Dispose();
    }

    /// <summary>
    /// Before a rig that runs turns to it. Throws CommandException as the constructor does, and IOException or
    /// UnauthorizedAccessException over the folder of datasets.
    /// </summary>
    public void Prepare(Work work)
    {
        Require(work);
        MakeRoom(work);
    }

    private void MakeRoom(Work work)
    {
        if (work.Facts.HasFile)
        {
            Directory.CreateDirectory(_folder);
        }
    }

    private static void Require(Work work)
    {
        if (work.PluginName is null && Catalogue.Find(work.Algorithm) is null)
        {
            string have = string.Join(", ", Catalogue.Algorithms().Select(static a => a.Name));
            throw new CommandException(ExitCode.Unsupported, $"This version cannot mine {work.Algorithm.Name}; it has: {have}.");
        }
    }
}
