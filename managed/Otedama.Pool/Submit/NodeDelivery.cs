using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One block on its way to one node: tries again while there is no answer, and logs every attempt. Advanced by the
/// submitter's step; wake is set when a call has ended.
/// </summary>
internal sealed class NodeDelivery
{
    /// <summary>
    /// RPC_DESERIALIZATION_ERROR and RPC_VERIFY_ERROR: the node has read the block and will never take it.
    /// </summary>
    private static readonly int[] s_finalCodes = [-22, -25];

    /// <summary>A node checks a full block within seconds; a hung one must not hold up the retries.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Short, because every second an announced rival may win; what has no answer then is sent again later.
    /// </summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    private readonly NodeDoor _door;
    private readonly AssembledBlock _block;
    private readonly RpcRequest _request;
    private readonly Signal _wake;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _started;
    private Task<(SubmitOutcome Outcome, string Reason)>? _call;
    private Pause _pause;
    private int _attempts;
    private bool _isInside;

    public NodeDelivery(NodeDoor door, AssembledBlock block, RpcRequest request, Signal wake, TimeProvider time, ILogger logger)
    {
        (_door, _block, _request, _wake, _time, _logger) = (door, block, request, wake, time, logger);
        _started = time.GetTimestamp();
    }

    /// <summary>What the node said; null until then.</summary>
    public NodeVerdict? Verdict { get; private set; }

    /// <summary>
    /// Goes as far as it can. Returns how long until the next attempt; Infinite while a call is out and at the end.
    /// </summary>
    public TimeSpan Advance(CancellationToken stop)
    {
        if (!_isInside && Verdict is null)
        {
            _isInside = _door.TryEnter();
            Verdict = _isInside ? null : new NodeVerdict(
                _door.Link.Name, SubmitOutcome.Unreachable, $"{NodeDoor.BlocksMax} blocks wait for its answer", 0, TimeSpan.Zero);
        }
        while (Verdict is null)
        {
            if (_call is null)
            {
                TimeSpan left = _pause.Left(_time);
                if (left > TimeSpan.Zero)
                {
                    return left;
                }
                Call(stop);
            }
            if (!_call!.IsCompletedSuccessfully)
            {
                return Timeout.InfiniteTimeSpan; // not ended, or the pool stops
            }
            Take(_call.Result);
        }
        return Timeout.InfiniteTimeSpan;
    }

    private void Call(CancellationToken stop)
    {
        _attempts++;
        _call = AskAsync(stop);
        if (!_call.IsCompleted)
        {
            _call.GetAwaiter().OnCompleted(_wake.Set);
        }
    }

    private void Take((SubmitOutcome Outcome, string Reason) answer)
    {
        _call = null;
        TimeSpan elapsed = _time.GetElapsedTime(_started);
        SubmitLog.Attempt(
            _logger, _block.Id, _block.Height, _door.Link.Name, _attempts, answer.Outcome, answer.Reason, elapsed.TotalMilliseconds);
        if (answer.Outcome == SubmitOutcome.Unreachable && _attempts <= s_pauses.Length)
        {
            _pause = Pause.Begin(_time, s_pauses[_attempts - 1]);
            return;
        }
        Verdict = new NodeVerdict(_door.Link.Name, answer.Outcome, answer.Reason, _attempts, elapsed);
        _door.Leave();
    }

    private async Task<(SubmitOutcome Outcome, string Reason)> AskAsync(CancellationToken stop)
    {
        try
        {
            using RpcAnswer reply = await _door.Link.CallAsync(_request, s_patience, stop);
            return SubmitAnswer.Read(reply.Result);
        }
        catch (RpcException e)
        {
            // A full disk, a busy lock, a proxy's error page: none of them is the node's word on the block.
            bool isFinal = e.Failure == RpcFailure.Refused && s_finalCodes.Contains(e.Code);
            return (isFinal ? SubmitOutcome.Rejected : SubmitOutcome.Unreachable, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException && !stop.IsCancellationRequested)
        {
            SubmitLog.Broke(_logger, _block.Id, e);
            return (SubmitOutcome.Unreachable, e.Message);
        }
    }
}
