using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Nodes, job book and block submission joined: templates flow to jobs, blocks flow back.</summary>
public sealed class JobSource : ITemplateSink, IJobListener, IAsyncDisposable
{
    /// <summary>Blocks under way have this long to be answered at the end; what has no answer then stays on disk.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<PoolJob> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ProposalAudit _audit;
    private readonly StepLoop[] _loops;

    /// <param name="dataFolder">The data directory, where found blocks are kept.</param>
    /// <param name="book">Where found blocks are booked; null: nowhere.</param>
    public JobSource(
        NodeClientGroupOptions nodes, JobBookOptions jobs, string dataFolder, PoolWorld world, IBlockBook? book = null)
    {
        ILogger submit = world.Loggers.CreateLogger(LogCategory.PoolSubmit);
        Nodes = new NodeClientGroup(nodes, this, world, world.Loggers.CreateLogger(LogCategory.PoolTemplates));
        Jobs = new JobBook(jobs, world.Time, world.Loggers.CreateLogger(LogCategory.PoolJobs));
        Blocks = new BlockSubmitter(Nodes.Links, nodes.Family.SubmitMethod, dataFolder, book, world, submit);
        _audit = new ProposalAudit(Nodes.Links, nodes.Rules, nodes.CallTimeout, world.Time, submit);
        Steps = [Jobs, _audit, Blocks.Keeper, Blocks, .. Nodes.Steps];
        _loops = [.. Steps.Select(step => new StepLoop(step, submit))];
        Jobs.Tell(this);
    }

    public NodeClientGroup Nodes { get; }

    public JobBook Jobs { get; }

    public BlockSubmitter Blocks { get; }

    /// <summary>What moves it; each is called by a loop of its own after Start.</summary>
    public IReadOnlyList<IStep> Steps { get; }

    /// <summary>Why the node would refuse our blocks; null while it would take them or was not asked yet.</summary>
    public string? ProposalProblem => _audit.Problem;

    public void Start()
    {
        foreach (StepLoop loop in _loops)
        {
            loop.Start();
        }
    }

    /// <summary>Waits for the first job. Throws TimeoutException that names each node's trouble.</summary>
    public async Task<PoolJob> FirstJobAsync(TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            return await _first.Task.WaitAsync(timeout, stop);
        }
        catch (TimeoutException)
        {
            IEnumerable<string> troubles = Nodes.Snapshot().Select(static node => node.LastError ?? $"node {node.Name}: no answer yet");
            throw new TimeoutException($"no template within {timeout.TotalSeconds:0.#} s. {string.Join(" ", troubles)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Jobs.Dispose();
        await Blocks.CloseAsync().WaitAsync(s_patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_loops.Select(static loop => loop.DisposeAsync().AsTask()));
        Nodes.Dispose();
    }

    void ITemplateSink.Offer(Template template) => Jobs.Offer(template);

    void ITemplateSink.OnNodeReturned() => Blocks.OnNodeReturned();

    void IJobListener.OnClassOpened(PoolJob job) => _audit.Add(job);

    void IJobListener.OnPublished(PoolJob job)
    {
        if (_first.TrySetResult(job))
        {
            foreach (CoinbaseClass size in Enum.GetValues<CoinbaseClass>())
            {
                _ = Jobs.JobFor(size); // those that differ from the default's are proposed as well
            }
        }
    }
}
