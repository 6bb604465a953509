using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

public sealed partial class AddressManager
{
    /// <summary>
    /// Answers to GETADDR hold at most so many, and at most this part of what is known: nobody reads the whole table.
    /// </summary>
    public const int SampleMax = 256;

    private const double SamplePart = 0.23;

    /// <summary>
    /// A place to connect to, by chance: a bucket first, so that a group that fills few buckets is drawn as rarely as
    /// those are few, then an address in it, by its weight. Half of the draws are from `tried`. Null when there is
    /// none.
    /// </summary>
    public AddressCandidate? Select(bool newOnly = false, bool triedOnly = false)
    {
        lock (_gate)
        {
            bool fromTried = triedOnly || (!newOnly && OneIn(2));
            return Draw(fromTried) ?? (newOnly || triedOnly ? null : Draw(!fromTried));
        }
    }

    /// <summary>
    /// What a peer that asks is told: a part of what is known, by chance, and nothing terrible. The times are when
    /// each was seen.
    /// </summary>
    public IReadOnlyList<AddressCandidate> Sample(int most = SampleMax)
    {
        lock (_gate)
        {
            KnownAddress[] all = [.. _known.Values];
            int wanted = Math.Min(Math.Min(most, SampleMax), (int)Math.Ceiling(all.Length * SamplePart));
            List<AddressCandidate> sample = [];
            for (int i = 0; i < all.Length && sample.Count < wanted; i++)
            {
                int other = i + Below(all.Length - i);
                (all[i], all[other]) = (all[other], all[i]);
                if (!all[i].IsTerrible(Now) && all[i].LastSuccess > 0)
                {
                    sample.Add(Candidate(all[i]));
                }
            }
            return sample;
        }
    }

    private AddressCandidate? Draw(bool fromTried)
    {
        AddressTable table = fromTried ? _tried : _new;
        List<int> buckets = table.Taken();
        if (buckets.Count == 0)
        {
            return null;
        }
        // The least weight is 0.01 * 0.66^8 = 0.00036, and 1.2^44 of it is more than one: the draws end.
        for (double patience = 1; ; patience *= 1.2)
        {
            KnownAddress[] entries = table.Of(buckets[Below(buckets.Count)]);
            KnownAddress entry = entries[Below(entries.Length)];
            if (Fraction() < patience * entry.Chance(Now))
            {
                return Candidate(entry);
            }
        }
    }

    private static AddressCandidate Candidate(KnownAddress entry) => new()
    {
        Place = entry.Place,
        NodeId = entry.LastSuccess > 0 ? entry.NodeId : null,
        LastSeen = entry.LastSeen,
        LastTry = entry.LastTry,
        FirstHeard = entry.FirstHeard,
        IsDhtOnly = entry.IsDhtOnly,
        HasAnswered = entry.LastSuccess > 0,
    };
}

/// <summary>One address as it was when it was drawn. Times are Unix seconds, zero = never.</summary>
public sealed record AddressCandidate
{
    public required PeerEndpoint Place { get; init; }

    /// <summary>Who answered there last; null when nobody has.</summary>
    public NodeId? NodeId { get; init; }

    public long LastSeen { get; init; }

    public long LastTry { get; init; }

    public long FirstHeard { get; init; }

    /// <summary>Nobody but the DHT has told of it.</summary>
    public bool IsDhtOnly { get; init; }

    public bool HasAnswered { get; init; }
}
