using System.Globalization;
using Otedama.Core;

namespace Otedama.Tests.Chain;

/// <summary>
/// Grows random chains with branches, uncles, fees and changing coin targets. What shares pay is taken from the slow walk,
/// so a chain that takes them pays the same.
/// </summary>
internal sealed class ChainGarden
{
    public const string SmallLine = "otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T=10000|N=12|W=2|pen=20|ud=3|um=5|hl=600000|dtcap=2400000"
        + "|limit=1d00ffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass=";

    /// <summary>Coin blocks of 1, 2 to 16 easiest shares: limits of 2 to 32, below and above the 12 of the chain.</summary>
    private static readonly uint[] s_coinBits = [0x1d00ffff, 0x1c7fff80, 0x1c1fffe0, 0x1c0ffff0];

    private readonly Random _random;
    private readonly Dictionary<Hash256, ChainShare> _shares = [];
    private ulong _number;

    public ChainGarden(int seed, string line = SmallLine)
    {
        _random = new Random(seed);
        Parameters = ChainParameters.Parse(line);
        Chain = new ShareChain(Parameters);
        Grown.Add(Parameters.Id);
    }

    public ChainParameters Parameters { get; }

    public ShareChain Chain { get; }

    /// <summary>Ids in the order in which they came; the first is the virtual genesis.</summary>
    public List<Hash256> Grown { get; } = [];

    public IReadOnlyDictionary<Hash256, ChainShare> Shares => _shares;

    /// <summary>Mostly on the tip, else on one of the newest, so that the tip changes branch now and then.</summary>
    public ChainShare Grow()
    {
        Hash256 parent = _random.Next(2) > 0 ? Chain.TipId : Grown[^(1 + _random.Next(Math.Min(_random.Next(3) > 0 ? 3 : 8, Grown.Count)))];
        NextShare next = WithSomeUncles(Chain.NextOn(parent));
        ShareCore core = FreeShares.Core(next, FreeShares.Payee(_random.Next(6)), TimeAfter(parent));
        core = core with { CapClass = (byte)_random.Next(3) };
        if (_random.Next(4) == 0)
        {
            core = core with { FeeBasisPoints = (ushort)_random.Next(1, 1_001), FeePayout = FreeShares.Payee(_random.Next(8)) };
        }
        return Seal(core);
    }

    /// <summary>The share of this core, paying whom the walk says.</summary>
    public ChainShare Seal(ShareCore core)
    {
        ChainPayee[] payees = WindowBooks.ToPayees(WindowBooks.Walk(core.Parent, _shares, Parameters));
        ChainPayout[] payouts = payees.Length == 0
            ? [new ChainPayout(core.Payout, core.CoinValue)]
            : ChainSplit.Of(payees, core.CoinValue, Parameters.Caps[core.CapClass], Parameters.Dust, core.Parent);
        PayoutOutput[] outputs = [.. payouts.Select(static payout => new PayoutOutput(payout.Key.ToScript(), new Amount((long)payout.Amount)))];
        uint coinBits = s_coinBits[_random.Next(20) > 0 ? (int)(_number / 40) % 3 : 3];
        return FreeShares.Seal(core, Parameters, _number++, coinBits, outputs);
    }

    /// <summary>Takes the share into the chain. Throws InvalidOperationException when it is refused.</summary>
    public void Take(ChainShare share)
    {
        if (Chain.Add(share) is { } fault)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"share {Grown.Count} refused: {fault}"));
        }
        _shares.Add(share.Id, share);
        Grown.Add(share.Id);
    }

    /// <summary>Miners may leave out what they like.</summary>
    private NextShare WithSomeUncles(NextShare next)
    {
        Hash256[] kept = [.. next.Uncles.Where(_ => _random.Next(4) > 0)];
        UInt128 left = UInt128.Zero;
        foreach (Hash256 uncle in next.Uncles.Except(kept))
        {
            left += ShareDifficulty.Work(_shares[uncle].Core.Bits, 0);
        }
        return next with
        {
            Uncles = kept,
            Sequence = next.Sequence - (ulong)(next.Uncles.Count - kept.Length),
            CumulativeWork = next.CumulativeWork - left,
        };
    }

    private ulong TimeAfter(Hash256 parent)
    {
        ulong before = _shares.TryGetValue(parent, out ChainShare? share) ? share.Core.TimeMs : Parameters.GenesisTimeMs;
        return before + (ulong)_random.Next(2_000);
    }
}
