using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Nodes, job book and block submission joined: templates flow to jobs, blocks flow back. The first job is shown to its
/// node as a proposal, so that a setup whose blocks would be refused is noticed before one is found.
/// </summary>
public sealed class JobSource : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<PoolJob> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _audit = Task.CompletedTask;

    /// <param name="dataFolder">The data directory, where found blocks are kept.</param>
    public JobSource(
        NodeClientGroupOptions nodes, JobBookOptions jobs, string dataFolder, TimeProvider time, ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger("pool.submit");
        Nodes = new NodeClientGroup(nodes, time, loggers.CreateLogger("pool.templates"));
        Jobs = new JobBook(jobs, time, loggers.CreateLogger("pool.jobs"));
        Blocks = new BlockSubmitter(Nodes, dataFolder, time, _logger);
        Nodes.TemplateChosen += Jobs.Offer;
        Jobs.Published += OnPublished;
    }

    public NodeClientGroup Nodes { get; }

    public JobBook Jobs { get; }

    public BlockSubmitter Blocks { get; }

    /// <summary>Why the node would refuse our blocks; null while it would take them or was not asked yet.</summary>
    public string? ProposalProblem { get; private set; }

    public void Start()
    {
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
            _audit = Task.Run(() => AuditAsync(job));
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
                SubmitLog.ProposalFits(_logger, node, job.Template.Height);
            }
            else if (reason != "inconclusive-not-best-prevblk")
            {
                ProposalProblem = reason;
                SubmitLog.ProposalRefused(_logger, node, job.Template.Height, reason);
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
