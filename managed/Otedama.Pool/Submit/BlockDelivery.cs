using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One block on its way to one node: tries again while there is no answer, and logs every attempt.</summary>
internal sealed class BlockDelivery(IRpcLink rpc, AssembledBlock block, RpcRequest request, TimeProvider time, ILogger logger)
{
    /// <summary>RPC_DESERIALIZATION_ERROR and RPC_VERIFY_ERROR: the node has read the block and will never take it.</summary>
    private static readonly int[] s_finalCodes = [-22, -25];

    /// <summary>A node checks a full block within seconds; a hung one must not hold up the retries.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Short, because every second an announced rival may win; what has no answer then is sent again later.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    public async Task<NodeVerdict> RunAsync(CancellationToken stop)
    {
        long started = time.GetTimestamp();
        for (int attempt = 1; ; attempt++)
        {
            (SubmitOutcome outcome, string reason) = await TryAsync(stop);
            TimeSpan elapsed = time.GetElapsedTime(started);
            SubmitLog.Attempt(logger, block.Id, block.Height, rpc.Name, attempt, outcome, reason, elapsed.TotalMilliseconds);
            if (outcome != SubmitOutcome.Unreachable || attempt > s_pauses.Length)
            {
                return new NodeVerdict(rpc.Name, outcome, reason, attempt, elapsed);
            }
            await Task.Delay(s_pauses[attempt - 1], time, stop);
        }
    }

    private async Task<(SubmitOutcome Outcome, string Reason)> TryAsync(CancellationToken stop)
    {
        try
        {
            using RpcAnswer reply = await rpc.CallAsync(request, s_patience, stop);
            return SubmitAnswer.Read(reply.Result);
        }
        catch (RpcException e)
        {
            // A full disk, a busy lock, a proxy's error page: none of them is the node's word on the block.
            bool isFinal = e.Failure == RpcFailure.Refused && s_finalCodes.Contains(e.Code);
            return (isFinal ? SubmitOutcome.Rejected : SubmitOutcome.Unreachable, e.Message);
        }
    }
}
