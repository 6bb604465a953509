using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Our node in the network of one address family: two families, two tables, two ids (BEP 32).</summary>
internal sealed class DhtFamily
{
    private readonly DhtRules _rules;
    private readonly IRandomness _random;
    private readonly AddressVotes _votes = new();

    public DhtFamily(bool isV6, DhtRules rules, IRandomness random, double now)
    {
        (IsV6, _rules, _random) = (isV6, rules, random);
        Table = new RoutingTable(FreshId(null), now);
    }

    public bool IsV6 { get; }

    public RoutingTable Table { get; private set; }

    /// <summary>Our address as most of those we asked see it, port 0; null until they agree.</summary>
    public PeerEndpoint? External { get; private set; }

    /// <summary>
    /// Somebody we asked says where we are. Where most agree on another address than before, our id changes to one
    /// that fits it, and the table is sorted anew around that.
    /// </summary>
    public void OnSeenAs(PeerEndpoint voter, PeerEndpoint seen, double now)
    {
        if (seen.IsV6 != IsV6 || !_rules.IsUsable(seen with { Port = 1 }))
        {
            return;
        }
        PeerEndpoint? agreed = _votes.Cast(voter, seen);
        // Nodes that enforce BEP 42 refuse a stranger's id, so nobody would be left to vote: until somebody lets us in, the
        // last one is believed. A lie costs as much time as it takes to ask the next.
        if (agreed is null && External is null && Table.Count == 0)
        {
            Restart(seen with { Port = 0 }, now);
        }
        else if (agreed is { } address && address != External)
        {
            External = address;
            Restart(address, now);
        }
    }

    private void Restart(PeerEndpoint address, double now)
    {
        if (DhtRules.IsValid(Table.Own, address))
        {
            return;
        }
        RoutingTable old = Table;
        Table = new RoutingTable(FreshId(address), now);
        foreach (RoutingEntry entry in old.All)
        {
            Table.OnReplied(entry.Node, entry.IsValid, entry.RepliedAt);
        }
    }

    private DhtId FreshId(PeerEndpoint? address)
    {
        Span<byte> random = stackalloc byte[DhtId.Size];
        _random.Fill(random);
        return address is { } known ? SecureDhtId.For(known, random) : new DhtId(random);
    }
}
