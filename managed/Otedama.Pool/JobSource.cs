using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Nodes, job book and block submission joined: templates flow to jobs, blocks flow back. The first job of each coinbase
/// class is shown to its node as a proposal, so that a setup whose blocks would be refused is noticed before one is found.
/// </summary>
public sealed class JobSource : IAsyncDisposable
{
    /// <summary>First jobs that wait to be proposed: one for each coinbase class, and a few to spare.</summary>
    private const int AuditsMax = 16;

    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<PoolJob> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<PoolJob> _toAudit = Channel.CreateBounded<PoolJob>(AuditsMax);
    private Task _audit = Task.CompletedTask;

    /// <param name="dataFolder">The data directory, where found blocks are kept.</param>
    public JobSource(NodeClientGroupOptions nodes, JobBookOptions jobs, string dataFolder, PoolWorld world)
    {
        ILoggerFactory loggers = world.Loggers;
        _logger = loggers.CreateLogger(LogCategory.PoolSubmit);
        Nodes = new NodeClientGroup(nodes, world, loggers.CreateLogger(LogCategory.PoolTemplates));
        Jobs = new JobBook(jobs, world.Time, loggers.CreateLogger(LogCategory.PoolJobs));
        Blocks = new BlockSubmitter(Nodes, dataFolder, world, _logger);
        Nodes.TemplateChosen += Jobs.Offer;
        Jobs.Published += OnPublished;
        Jobs.ClassOpened += job => _toAudit.Writer.TryWrite(job);
    }

    public NodeClientGroup Nodes { get; }

    public JobBook Jobs { get; }

    public BlockSubmitter Blocks { get; }

    /// <summary>Why the node would refuse our blocks; null while it would take them or was not asked yet.</summary>
    public string? ProposalProblem { get; private set; }

    public void Start()
    {
        _audit = Task.Run(AuditAsync);
        Blocks.Start();
        Nodes.Start();
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
        await _stop.CancelAsync();
        await _audit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Jobs.Dispose();
        await Blocks.DisposeAsync();
        await Nodes.DisposeAsync();
        _stop.Dispose();
    }

    private void OnPublished(PoolJob job)
    {
        if (_first.TrySetResult(job))
        {
            foreach (CoinbaseClass size in Enum.GetValues<CoinbaseClass>())
            {
                _ = Jobs.JobFor(size); // those that differ from the default's are proposed as well
            }
        }
    }

    private async Task AuditAsync()
    {
        await foreach (PoolJob job in _toAudit.Reader.ReadAllAsync(_stop.Token))
        {
            await AuditAsync(job);
        }
    }

    private async Task AuditAsync(PoolJob job)
    {
        string node = job.Template.Source;
        byte[] extranonce = new byte[JobBuilder.Extranonce1Length + JobBuilder.Extranonce2Length];
        byte[] header = BlockAssembler.Unsolved(job.Job, extranonce);
        try
        {
            string? reason = await Nodes.ProposeAsync(job.Assemble(header, extranonce), node, _stop.Token);
            if (reason is null)
            {
                SubmitLog.ProposalFits(_logger, node, job.Template.Height, job.Class);
            }
            else if (reason != "inconclusive-not-best-prevblk")
            {
                ProposalProblem ??= reason;
                SubmitLog.ProposalRefused(_logger, node, job.Template.Height, job.Class, reason);
            }
        }
        catch (RpcException e)
        {
            SubmitLog.ProposalUnknown(_logger, node, e.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
