using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Nodes at one distance, and some that would take the place of one that fails, the newest last.</summary>
internal sealed class RoutingBucket(double now)
{
    private const int SpareMax = 8;

    public List<RoutingEntry> Nodes { get; } = [];

    public List<RoutingEntry> Spare { get; } = [];

    /// <summary>When a node came or answered last, or a refresh began.</summary>
    public double ChangedAt { get; set; } = now;

    public void Keep(RoutingEntry entry)
    {
        Spare.RemoveAll(spare => spare.Node.Endpoint.Host == entry.Node.Endpoint.Host);
        if (Spare.Count >= SpareMax)
        {
            Spare.RemoveAt(0);
        }
        Spare.Add(entry);
    }
}
