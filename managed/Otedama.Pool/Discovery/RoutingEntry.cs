using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// A node that answered us at least once. Times are seconds of the node's clock. Fields belong to the table.
/// </summary>
internal sealed class RoutingEntry(KrpcNode node, bool isValid, double now)
{
    private const double GoodSeconds = 900;
    private const int FailuresMax = 2;

    public KrpcNode Node { get; } = node;

    /// <summary>The id is one that the address may have (BEP 42).</summary>
    public bool IsValid { get; } = isValid;

    public double RepliedAt { get; set; } = now;

    public int Failures { get; set; }

    public bool IsBad => Failures >= FailuresMax;

    public bool IsGood(double now) => Failures == 0 && now - RepliedAt <= GoodSeconds;
}
