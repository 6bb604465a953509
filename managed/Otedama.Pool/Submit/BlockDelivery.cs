using Otedama.Core;

namespace Otedama.Pool;

/// <summary>One block on its way to all nodes at once.</summary>
internal sealed class BlockDelivery(AssembledBlock block, BlockReport found, NodeDelivery[] nodes)
{
    public AssembledBlock Block => block;

    public BlockReport Found => found;

    /// <summary>The answers that decide were taken; nodes that hang may still be under way.</summary>
    public bool IsSettled { get; set; }

    public bool IsOver => nodes.All(static node => node.Verdict is not null);

    /// <summary>
    /// Returns how long until there is something to do again; Infinite when only an answer brings that.
    /// </summary>
    public TimeSpan Advance(CancellationToken stop)
    {
        TimeSpan next = Timeout.InfiniteTimeSpan;
        foreach (NodeDelivery node in nodes)
        {
            next = Pause.Earlier(next, node.Advance(stop));
        }
        return next;
    }

    /// <summary>
    /// The first acceptance decides: one node that has the block tells the others. Else all are heard; null until then.
    /// </summary>
    public IReadOnlyList<NodeVerdict>? Decide()
    {
        NodeVerdict[] verdicts = [.. nodes.Select(static node => node.Verdict).OfType<NodeVerdict>()];
        bool isTaken = verdicts.Any(static verdict => verdict.Outcome is SubmitOutcome.Accepted or SubmitOutcome.Duplicate);
        return isTaken || verdicts.Length == nodes.Length ? verdicts : null;
    }
}
