using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One block on its way to one node: tries again while there is no answer, and logs every attempt.</summary>
internal sealed class BlockDelivery(RpcClient rpc, AssembledBlock block, RpcRequest request, TimeProvider time, ILogger logger)
{
    /// <summary>A node checks a full block within seconds; a hung one must not hold up the retries.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Short, because every second an announced rival may win; a node that stays away is served on its return.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    public async Task<NodeVerdict> RunAsync(CancellationToken stop)
    {
        long started = time.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            (SubmitOutcome outcome, string reason) = await TryAsync(stop);
            TimeSpan elapsed = time.GetElapsedTime(started);
            SubmitLog.Attempt(logger, block.Id, block.Height, rpc.Endpoint.Name, attempt, outcome, reason, elapsed.TotalMilliseconds);
            if (outcome != SubmitOutcome.Unreachable || attempt > s_pauses.Length)
            {
                return new NodeVerdict(rpc.Endpoint.Name, outcome, reason, attempt, elapsed);
            }
            await Task.Delay(s_pauses[attempt - 1], time, stop);
        }
    }

    private async Task<(SubmitOutcome Outcome, string Reason)> TryAsync(CancellationToken stop)
    {
        try
        {
            using RpcAnswer reply = await rpc.CallAsync(request, s_patience, stop);
            string? reason = SubmitAnswer.ReadReason(reply.Result);
            return (SubmitAnswer.Interpret(reason), reason ?? "");
        }
        catch (RpcException e)
        {
            // Only an error object is the node's own word on the block; all else says nothing about it.
            SubmitOutcome outcome = e.Failure == RpcFailure.Refused ? SubmitOutcome.Rejected : SubmitOutcome.Unreachable;
            return (outcome, e.Message);
        }
    }
}
