using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Shows the first job of each coinbase class to its node as a proposal, so that a setup whose blocks would be refused
/// is noticed before one is found.
/// </summary>
internal sealed class ProposalAudit(
    IReadOnlyList<IRpcLink> nodes, IReadOnlyList<string> rules, TimeSpan patience, TimeProvider time, ILogger logger) : IStep
{
    /// <summary>First jobs that wait to be proposed: one for each coinbase class, and a few to spare.</summary>
    private const int WaitingMax = 16;

    private readonly Channel<PoolJob> _waiting = Channel.CreateBounded<PoolJob>(WaitingMax);

    /// <summary>Why the node would refuse our blocks; null while it would take them or was not asked yet.</summary>
    public string? Problem { get; private set; }

    public Signal Wake { get; } = new(time);

    /// <summary>Never waits; what does not fit is not shown.</summary>
    public void Add(PoolJob job)
    {
        _waiting.Writer.TryWrite(job);
        Wake.Set();
    }

    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        while (_waiting.Reader.TryRead(out PoolJob? job))
        {
            await ShowAsync(job, stop);
        }
        return Timeout.InfiniteTimeSpan;
    }

    private async ValueTask ShowAsync(PoolJob job, CancellationToken stop)
    {
        string source = job.Template.Source;
        byte[] extranonce = new byte[JobBuilder.Extranonce1Length + JobBuilder.Extranonce2Length];
        byte[] header = job.Job.BlockRecipe.Unsolved(extranonce);
        try
        {
            IRpcLink node = nodes.FirstOrDefault(node => node.Name == source) ?? nodes[0];
            RpcRequest request = TemplateRequest.Propose(rules, job.Assemble(header, extranonce));
            using RpcAnswer reply = await node.CallAsync(request, patience, stop);
            string? reason = SubmitAnswer.ReadReason(reply.Result);
            if (reason is null)
            {
                SubmitLog.ProposalFits(logger, source, job.Template.Height, job.Class);
            }
            else if (reason != "inconclusive-not-best-prevblk")
            {
                Problem ??= reason;
                SubmitLog.ProposalRefused(logger, source, job.Template.Height, job.Class, reason);
            }
        }
        catch (RpcException e)
        {
            SubmitLog.ProposalUnknown(logger, source, e.Message);
        }
    }
}
