using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>What became of shares and whom they credit, read from the bytes of all that were made, behind one tip.</summary>
internal sealed class ShareTally
{
    private readonly record struct Made(Hash256 Parent, Hash256[] Uncles, int Miner, UInt128 Work, ulong TimeMs);

    private readonly Dictionary<Hash256, Made> _made = [];
    private readonly Dictionary<int, double> _found = []; // work by miner, listed or not

    public int Main { get; private set; }

    public int Uncles { get; private set; }

    public int Lost { get; private set; }

    /// <summary>By miner.</summary>
    public Dictionary<int, double> Credits { get; } = [];

    public double UnclePercent => 100.0 * Uncles / (Main + Uncles + Lost);

    public double LostPercent => 100.0 * Lost / (Main + Uncles + Lost);

    public void Add(ChainShare share, int miner) => _made.Add(
        share.Id,
        new Made(share.Core.Parent, [.. share.Core.Uncles], miner, ShareDifficulty.Work(share.Core.Bits, 0), share.Core.TimeMs));

    /// <summary>Counts shares of times in [from, to) as the tip's chain has them.</summary>
    public void Count(Hash256 tip, uint penaltyPercent, ulong from, ulong to)
    {
        HashSet<Hash256> counted = [];
        for (Hash256 at = tip; _made.TryGetValue(at, out Made share); at = share.Parent)
        {
            counted.Add(at);
            bool isMain = IsWithin(share);
            Main += isMain ? 1 : 0;
            double credit = (double)share.Work;
            foreach (Hash256 id in share.Uncles)
            {
                Made uncle = _made[id];
                counted.Add(id);
                double bonus = (double)uncle.Work * penaltyPercent / 100;
                credit += bonus;
                if (IsWithin(uncle))
                {
                    Uncles++;
                    Credit(uncle.Miner, (double)uncle.Work - bonus);
                }
            }
            if (isMain)
            {
                Credit(share.Miner, credit);
            }
        }
        foreach ((Hash256 id, Made share) in _made)
        {
            if (IsWithin(share))
            {
                Lost += counted.Contains(id) ? 0 : 1;
                _found[share.Miner] = _found.GetValueOrDefault(share.Miner) + (double)share.Work;
            }
        }

        bool IsWithin(Made share) => share.TimeMs >= from && share.TimeMs < to;
    }

    /// <summary>Parts of all credits that these miners get, less their parts of the hashes, relative, in percent.</summary>
    public double GainPercent(IEnumerable<int> miners, double partOfHash)
    {
        double part = miners.Sum(miner => Credits.GetValueOrDefault(miner)) / Credits.Values.Sum();
        return 100 * ((part / partOfHash) - 1);
    }

    /// <summary>
    /// The same against their part of the work that was found, which has none of the luck of finding in it.
    /// </summary>
    public double GainOfFoundPercent(IEnumerable<int> miners)
    {
        HashSet<int> these = [.. miners];
        return GainPercent(these, _found.Where(pair => these.Contains(pair.Key)).Sum(static pair => pair.Value) / _found.Values.Sum());
    }

    private void Credit(int miner, double work) => Credits[miner] = Credits.GetValueOrDefault(miner) + work;
}
