namespace Otedama.Pool;

/// <summary>
/// Whom this node asks to push shares at once while most are only announced: its three nearest peers and one by chance,
/// so that no rich neighbour is all it hears. Under the gate of ChainPeers.
/// </summary>
internal sealed class EagerPeers(IRandomness random, TimeProvider time)
{
    private const int NearMax = 3, Max = NearMax + 1;

    /// <summary>Shares in a row that came from elsewhere first.</summary>
    private const int LateMax = 3;

    /// <summary>Who was too late so often is not asked again for a while.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(10);

    /// <summary>Fills the places that are free; who was asked and delivers keeps his.</summary>
    public void Choose(IReadOnlyCollection<ChainLink> links)
    {
        int asked = links.Count(static link => link.IsEager);
        List<ChainLink> free =
        [
            .. links.Where(link => !link.IsEager && link.EagerRest.Left(time) == TimeSpan.Zero)
                .OrderBy(static link => link.Peer.RoundTrip ?? TimeSpan.MaxValue),
        ];
        for (; asked < Max && free.Count > 0; asked++)
        {
            int at = asked < NearMax ? 0 : (int)(random.NextUInt64() % (ulong)free.Count);
            (free[at].IsEager, free[at].Late) = (true, 0);
            free.RemoveAt(at);
        }
    }

    /// <summary>All are pushed to again: nobody need be asked.</summary>
    public static void Forget(IEnumerable<ChainLink> links)
    {
        foreach (ChainLink link in links)
        {
            link.IsEager = false;
        }
    }

    /// <summary>A share of the chain had to be asked for elsewhere.</summary>
    public void OnLate(ChainLink link)
    {
        if (++link.Late >= LateMax)
        {
            link.IsEager = false;
            link.EagerRest = Pause.Begin(time, s_rest);
        }
    }
}
