using System.Numerics;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What people ask of a share chain: whom its window pays, what of it is ours. Reckoned when somebody asks, once for
/// each tip. Any thread.
/// </summary>
internal sealed class ChainWatch : IShareListener
{
    /// <summary>Rows of keys; a pool for strangers has more.</summary>
    private const int OwnMax = 200;

    /// <summary>A deep change of branch is something to look at for so long.</summary>
    private static readonly TimeSpan s_deepFor = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly ShareDesk _desk;
    private readonly ChainCoin _coin;
    private readonly Func<PayoutKey, string?> _ownAddress;
    private readonly int _class;
    private readonly Lock _gate = new(); // guards the three below
    private Hash256 _seenTip;
    private Amount _seenReward;
    private ChainWindowSnapshot? _seen;
    private long _reorganisations;
    private int _deepest;
    private long _deep, _deepAt;
    private long _reward;

    /// <param name="ownAddress">The address of a key that mines here; null for others.</param>
    /// <param name="capClass">Of miners of the usual kind.</param>
    public ChainWatch(ShareDesk desk, Func<PayoutKey, string?> ownAddress, int capClass, TimeProvider time)
    {
        _time = time;
        _desk = desk;
        _coin = ChainCoin.Of(desk.Parameters);
        _ownAddress = ownAddress;
        _class = capClass;
        desk.Tell(this);
    }

    /// <summary>What a block would pay now.</summary>
    public void Note(Template template) => Interlocked.Exchange(ref _reward, template.CoinbaseValue.Units);

    public bool IsOwn(PayoutKey key) => _ownAddress(key) is not null;

    public long Reorganisations => Interlocked.Read(ref _reorganisations);

    public int Deepest => Volatile.Read(ref _deepest);

    /// <summary>Those that took back more shares than delays explain.</summary>
    public long DeepReorganisations => Interlocked.Read(ref _deep);

    /// <summary>There was one in the last day.</summary>
    public bool IsDeepRecent =>
        DeepReorganisations > 0 && _time.GetElapsedTime(Interlocked.Read(ref _deepAt)) < s_deepFor;

    /// <summary>What is in the window of a share on the tip.</summary>
    public ChainWindowSnapshot Window()
    {
        Amount reward = new(Interlocked.Read(ref _reward));
        lock (_gate)
        {
            Hash256 tip = _desk.Look(static chain => chain.TipId);
            if (_seen is null || _seenTip != tip || _seenReward != reward)
            {
                (Hash256 seed, IReadOnlyList<SeenShare> paid, ChainPayee[]? payees) =
                    _desk.Look(static chain => (chain.TipId, chain.PaidShares(), chain.Payees()));
                _seen = Make(seed, paid, payees ?? [], reward);
                (_seenTip, _seenReward) = (seed, reward);
            }
            return _seen;
        }
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin)
    {
        int undone = _desk.Look(chain => chain.TipId == share.Id ? chain.Undone : 0);
        if (undone > 0)
        {
            Interlocked.Increment(ref _reorganisations);
            Volatile.Write(ref _deepest, Math.Max(_deepest, undone)); // calls come one at a time
            if (undone > ShareDesk.DeepReorganisation)
            {
                Interlocked.Exchange(ref _deepAt, _time.GetTimestamp());
                Interlocked.Increment(ref _deep);
            }
        }
    }

    void IShareListener.OnNext(NextShare next)
    {
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
    }

    private ChainWindowSnapshot Make(
        Hash256 tip, IReadOnlyList<SeenShare> paid, ChainPayee[] payees, Amount reward)
    {
        UInt128 all = payees.Aggregate(UInt128.Zero, static (sum, payee) => sum + payee.Weight);
        (int? blocks, double expected) = Blocks(paid);
        return new ChainWindowSnapshot
        {
            Shares = paid.Count(static share => share.Role == ShareRole.Main),
            Uncles = paid.Count(static share => share.Role == ShareRole.Uncle),
            Work = all,
            Payees = payees.Length,
            Since = paid.Count == 0 ? null : TimeOf(paid[^1].Share),
            Blocks = blocks,
            BlocksExpected = expected,
            Own = Own(paid, payees, all, reward),
            AtTip = AtTip(tip, payees, reward),
            UncleRates = UncleRates.Far(paid),
        };
    }

    private ChainKey[] Own(
        IReadOnlyList<SeenShare> paid, ChainPayee[] payees, UInt128 all, Amount reward)
    {
        ILookup<PayoutKey, ShareRole> counted =
            paid.ToLookup(static share => share.Share.Core.Payout, static share => share.Role);
        return
        [
            .. payees.Select(payee => (payee.Weight, payee.Key, Address: _ownAddress(payee.Key)))
                .Where(static payee => payee.Address is not null)
                .OrderByDescending(static payee => payee.Weight)
                .ThenBy(static payee => payee.Key)
                .Take(OwnMax)
                .Select(payee => new ChainKey(
                    payee.Address!,
                    counted[payee.Key].Count(static role => role == ShareRole.Main),
                    counted[payee.Key].Count(static role => role == ShareRole.Uncle),
                    payee.Weight,
                    Part(reward, payee.Weight, all))),
        ];
    }

    /// <summary>Null without a template or a window.</summary>
    private ChainTipPayouts? AtTip(Hash256 tip, ChainPayee[] payees, Amount reward)
    {
        if (reward <= Amount.Zero || payees.Length == 0)
        {
            return null;
        }
        ChainParameters rules = _desk.Parameters;
        Dictionary<PayoutKey, UInt128> weights = payees.ToDictionary(static p => p.Key, static p => p.Weight);
        (ChainPayout[] exact, ChainPayout[] slots) =
            ChainSplit.Explain([.. payees], (ulong)reward.Units, rules.Caps[_class], rules.Dust, tip);
        ChainTipPayout Told(ChainPayout payout, bool isExact) => new(
            AddressOf(payout.Key),
            new Amount((long)payout.Amount),
            isExact,
            weights[payout.Key],
            IsOwn(payout.Key));
        return new ChainTipPayouts(_class, rules.Caps[_class], reward,
            [.. exact.Select(payout => Told(payout, true)), .. slots.Select(payout => Told(payout, false))]);
    }

    /// <summary>The key in hex where the coin has no address for it.</summary>
    public string AddressOf(PayoutKey key) =>
        Address.TryEncode(key.ToScript(), _coin.Spec, out string address) ? address : key.ToString();

    public static DateTimeOffset TimeOf(ChainShare share) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)share.Core.TimeMs);

    /// <summary>Found: null while shares are among them that were kept before it was noted whether they are blocks.</summary>
    private static (int? Found, double Expected) Blocks(IReadOnlyList<SeenShare> paid)
    {
        int? found = 0;
        double expected = 0;
        uint bits = 0;
        double work = 1;
        foreach (SeenShare share in paid)
        {
            BlockHeader header = share.Share.Work.Header;
            if (header.Bits != bits)
            {
                bits = header.Bits;
                work = (double)Target.FromCompact(bits).ToWork();
            }
            expected += (double)share.Work / work;
            found += share.Share.IsCoinBlock switch { true => 1, false => 0, null => (int?)null };
        }
        return (found, expected);
    }

    private static Amount Part(Amount reward, UInt128 weight, UInt128 all) =>
        new((long)((BigInteger)weight * reward.Units / (BigInteger)all));
}
