using Otedama.Core;

namespace Otedama.Tests.ChainNet;

/// <summary>The coin's blocks: one after the other, at times that the seed says.</summary>
internal sealed class NetCoin : ICoinBlocks
{
    private readonly List<(Hash256 Id, long At)> _blocks = [];
    private readonly Dictionary<Hash256, long> _times = [];

    private readonly SimSchedule _schedule;
    private readonly uint _bits;

    public NetCoin(SimSchedule schedule, SeededRandom random, TimeSpan spacing, TimeSpan length, uint bits)
    {
        _bits = bits;
        _schedule = schedule;
        for (long at = -spacing.Ticks * 4; at < length.Ticks; at += random.Wait(spacing).Ticks + 1)
        {
            byte[] id = new byte[Hash256.Size];
            random.Fill(id);
            _blocks.Add((new Hash256(id), at));
            _times[new Hash256(id)] = at;
        }
    }

    /// <summary>When there are new ones, from the beginning of the simulation on.</summary>
    public IEnumerable<long> Times => _blocks.Select(static block => block.At).Where(static at => at > 0);

    public ulong TipTimeMs => Ms(_blocks[NewestAt(_schedule.Now)].At);

    public ulong? TimeMsOf(Hash256 block) => _times.TryGetValue(block, out long at) ? Ms(at) : null;

    /// <summary>What a coin node offers at this time.</summary>
    public Template Template(long now)
    {
        int newest = NewestAt(now);
        return new Template
        {
            Algorithm = CoinCatalogue.Find("btc", "regtest")!.Algorithm,
            Height = 101 + newest,
            Version = 0x20000000,
            PreviousHash = _blocks[newest].Id,
            Bits = _bits,
            Time = (uint)(Ms(now) / 1_000),
            TimeMin = 0,
            CoinbaseValue = new Amount((long)FreeShares.CoinValue),
            Transactions = [],
        };
    }

    private int NewestAt(long now) => Math.Max(0, _blocks.FindLastIndex(block => block.At <= now));

    private static ulong Ms(long ticks) => (ulong)(1_900_000_000_000 + (ticks / TimeSpan.TicksPerMillisecond));
}
