using System.Globalization;
using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>One attacker and everybody else. Alpha: his part of the hashes; Gamma: part of the others that mines on his branch
/// of two equal ones.</summary>
internal sealed record SelfishOptions
{
    public required double Alpha { get; init; }

    public required int Shares { get; init; }

    public required int Seed { get; init; }

    public double Gamma { get; init; } = 0.5;

    public uint PenaltyPercent { get; init; } = 20;

    public int UnclesMax { get; init; } = 5;

    public uint UncleDepth { get; init; } = 3;

    /// <summary>
    /// Whether he shows nothing until an honest share has come within one of his work. Else each honest share is answered with
    /// one of his, as Eyal and Sirer's miner does; honest miners list those as uncles and so are the heavier.
    /// </summary>
    public bool Hides { get; init; }

    /// <summary>So many shares' work the public chain may be ahead before he gives his own up.</summary>
    public int Trails { get; init; }

    /// <summary>Whether he lists other people's shares as uncles for the bonus.</summary>
    public bool ListsOthers { get; init; }
}

/// <summary>
/// Selfish mining on two share chains, his and the public one: he publishes all he has when an honest share has come within one
/// of his work, and races when both are equal. No latency; the half-life is so long that all shares weigh the same. (Eyal and Sirer, "Majority is not enough", 2014.)
/// </summary>
internal sealed class SelfishMining
{
    private const int Attacker = 1, Others = 0;

    private readonly SelfishOptions _options;
    private readonly ChainParameters _parameters;
    private readonly ShareChain _public;
    private readonly ShareChain _his;
    private readonly Random _random;
    private readonly ShareTally _tally = new();
    private readonly HashSet<Hash256> _own = [];
    private readonly Queue<ChainShare> _kept = [];
    private readonly UInt128 _unit;
    private Hash256 _hisTip;
    private Hash256? _rival; // his published tip while it is as heavy as the public one
    private ulong _now;
    private ulong _made;

    private SelfishMining(SelfishOptions options)
    {
        _options = options;
        _random = new Random(options.Seed);
        _parameters = ChainParameters.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $"otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T=10000|N=1000|W=2|pen={options.PenaltyPercent}|ud={options.UncleDepth}|um={options.UnclesMax}"
            + $"|hl=1000000000000|dtcap=1000000000000|limit=1d00ffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass="));
        (_public, _his) = (new ShareChain(_parameters), new ShareChain(_parameters));
        _unit = ShareDifficulty.Work(_parameters.LimitBits, 0);
        _hisTip = _parameters.Id;
        _now = _parameters.GenesisTimeMs;
    }

    /// <summary>How much more he gets than his hashes are worth, in percent.</summary>
    public static double Gain(SelfishOptions options) => new SelfishMining(options).Run();

    private double Run()
    {
        for (int i = 0; i < _options.Shares; i++)
        {
            _now += 10_000;
            if (_random.NextDouble() < _options.Alpha)
            {
                MineHis();
            }
            else
            {
                MineTheirs();
            }
        }
        _tally.Count(_public.TipId, _options.PenaltyPercent, 0, _now - 500_000);
        return _tally.GainPercent([Attacker], _options.Alpha);
    }

    private void MineHis()
    {
        NextShare next = _his.NextOn(_hisTip);
        ChainShare share = Make(_options.ListsOthers ? next : WithOwnUncles(next), Attacker);
        _own.Add(share.Id);
        Take(_his, share);
        _hisTip = share.Id;
        _kept.Enqueue(share);
        if (_rival == share.Core.Parent)
        {
            Publish(); // the race is won
        }
    }

    private void MineTheirs()
    {
        bool onHis = _rival is not null && _random.NextDouble() < _options.Gamma;
        ChainShare share = Make(_public.NextOn(onHis ? _rival!.Value : _public.TipId), Others);
        Take(_public, share);
        Take(_his, share);
        _rival = null;
        UInt128 theirs = _public.CumulativeWork, his = WorkOf(_hisTip);
        if (his + (_unit * (uint)_options.Trails) < theirs)
        {
            _hisTip = _public.TipId; // what he kept is lost unless it becomes an uncle
            Publish();
        }
        else if (his <= theirs + _unit)
        {
            if (his >= theirs)
            {
                Publish();
                Race(_hisTip);
            }
        }
        else if (!_options.Hides && _kept.TryDequeue(out ChainShare? one))
        {
            Take(_public, one);
            Race(one.Id);
        }
    }

    /// <summary>Some honest miners go on with his share where it is as heavy as the tip.</summary>
    private void Race(Hash256 rival) =>
        _rival = WorkOf(rival) == _public.CumulativeWork && _public.TipId != rival ? rival : null;

    private void Publish()
    {
        while (_kept.TryDequeue(out ChainShare? share))
        {
            Take(_public, share);
        }
        _rival = null;
    }

    private UInt128 WorkOf(Hash256 id) => _his.Find(id)?.Core.CumulativeWork ?? UInt128.Zero;

    private NextShare WithOwnUncles(NextShare next)
    {
        Hash256[] own = [.. next.Uncles.Where(_own.Contains)];
        int left = next.Uncles.Count - own.Length;
        return next with
        {
            Uncles = own,
            Sequence = next.Sequence - (uint)left,
            CumulativeWork = next.CumulativeWork - (_unit * (uint)left),
        };
    }

    private ChainShare Make(NextShare next, int miner)
    {
        ChainShare share = FreeShares.Seal(
            FreeShares.Core(next, FreeShares.Payee(miner), _now), _parameters, _made++, 0x1d00ffff, payees: null);
        _tally.Add(share, miner);
        return share;
    }

    private static void Take(ShareChain chain, ChainShare share)
    {
        if (chain.Restore(share) is { } fault)
        {
            throw new InvalidOperationException($"share {share} was refused: {fault}");
        }
    }
}
