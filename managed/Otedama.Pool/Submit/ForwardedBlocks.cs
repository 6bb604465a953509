using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Brings coin blocks that other nodes of the share chain found to our coin nodes. They are not ours to keep: nothing
/// is booked or written to disk, and what no node answers for in a few seconds is its finder's to send again.
/// </summary>
internal sealed class ForwardedBlocks(
    IReadOnlyList<IRpcLink> nodes, string method, TimeProvider time, ILogger logger) : ICoinBlockSink, IStep
{
    /// <summary>Blocks that wait to be sent: each costs its sender a coin block's work.</summary>
    private const int WaitingMax = 8;

    private readonly NodeDoor[] _doors = [.. nodes.Select(static node => new NodeDoor(node))];
    private readonly Lock _gate = new(); // guards the one below
    private readonly Queue<AssembledBlock> _new = [];
    private readonly List<(AssembledBlock Block, NodeDelivery[] Nodes)> _underWay = [];

    public Signal Wake { get; } = new(time);

    public void Forward(AssembledBlock block, string from)
    {
        lock (_gate)
        {
            if (_new.Count == WaitingMax)
            {
                return;
            }
            _new.Enqueue(block);
        }
        Wake.Set();
    }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TakeNew();
        TimeSpan next = Timeout.InfiniteTimeSpan;
        foreach ((AssembledBlock block, NodeDelivery[] deliveries) in _underWay)
        {
            foreach (NodeDelivery delivery in deliveries)
            {
                next = Pause.Earlier(next, delivery.Advance(stop));
            }
            if (IsOver(deliveries))
            {
                NodeVerdict best = deliveries.Select(static each => each.Verdict!).MinBy(static v => v.Outcome)!;
                SubmitLog.Forwarded(logger, block.Id, block.Height, best.Outcome, best.Reason);
            }
        }
        _underWay.RemoveAll(static each => IsOver(each.Nodes));
        return ValueTask.FromResult(next);
    }

    private static bool IsOver(NodeDelivery[] deliveries) =>
        Array.TrueForAll(deliveries, static delivery => delivery.Verdict is not null);

    private void TakeNew()
    {
        lock (_gate)
        {
            while (_new.TryDequeue(out AssembledBlock? block))
            {
                RpcRequest request = TemplateRequest.Submit(block, method);
                _underWay.Add((block,
                    [.. _doors.Select(door => new NodeDelivery(door, block, request, Wake, time, logger))]));
            }
        }
    }
}
