using System.Globalization;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>Snapshots of a share chain, as the API shows them.</summary>
internal static class ChainViews
{
    public static ChainView Of(ChainSnapshot chain, DateTimeOffset now)
    {
        ChainParameters rules = chain.Parameters;
        double work = (double)chain.NextWork;
        return new ChainView
        {
            Set = ChainSets.NameOf(rules),
            Parameters = rules.ToString(),
            IsPrivate = rules.Pass.Length > 0,
            ChainId = Hex.Encode(rules.Id.ToArray()),
            Height = chain.Height,
            Tip = chain.Height == 0 ? null : Hex.Encode(chain.Tip.ToArray()),
            TipAgeS = chain.TipTime is { } time ? Math.Max(0, (now - time).TotalSeconds) : null,
            Work = Text(chain.Work),
            ShareWork = work,
            ShareTimeS = rules.SpacingMs / 1_000.0,
            OwnShareTimeS = chain.OwnRate > 0 ? work / chain.OwnRate : null,
            HashrateHs = Rate(chain, now),
            Shares = chain.Shares,
            Orphans = chain.Orphans,
            Held = chain.Held,
            OwnFound = chain.OwnFound,
            OwnRefused = chain.OwnRefused,
            Reorganisations = chain.Reorganisations,
            DeepestReorganisation = chain.DeepestReorganisation,
            Window = Window(chain),
            AtTip = chain.Window.AtTip is { } tip ? AtTip(tip, chain.Window.Work) : null,
            Advice = Advice(chain),
            Alarms = [.. chain.Alarms.Select(static alarm => new ChainAlarmView(alarm.Kind, alarm.Text))],
            Gate = new ChainGateView(chain.Network.Gate.IsOpen, chain.Network.Gate.Reason),
            Sync = Sync(chain.Network.Sync),
            Peers = chain.Network.Peers.Count,
        };
    }

    public static ChainSharesAnswer Shares(IReadOnlyList<ChainGraphShare> shares) => new(1,
    [
        .. shares.Select(static share => new ChainShareView
        {
            Id = share.Seen.Share.ToString(),
            Parent = Hex.Encode(share.Seen.Share.Core.Parent.ToArray()),
            Uncles = [.. share.Seen.Share.Core.Uncles.Select(static id => Hex.Encode(id.ToArray()))],
            Height = share.Seen.Share.Core.Height,
            Time = share.Seen.Share.Core.TimeMs / 1_000.0,
            Payout = share.Address,
            Work = (double)share.Seen.Work,
            IsUncle = share.Seen.Role == ShareRole.Uncle,
            IsMain = share.Seen.Role == ShareRole.Main,
            Own = share.IsOwn,
        }),
    ]);

    /// <param name="own">Blocks found here.</param>
    public static IReadOnlyList<ChainBlockView> Blocks(
        IReadOnlyList<ChainBlock> blocks, IReadOnlyDictionary<Hash256, BlockStatus> own) =>
    [
        .. blocks.Select(block => new ChainBlockView
        {
            Height = block.Found.Height,
            Hash = block.Found.Id.ToString(),
            Time = block.Found.TimeMs / 1_000.0,
            Reward = block.Found.Reward.ToString(),
            Status = own.TryGetValue(block.Found.Id, out BlockStatus status) && status != BlockStatus.Pending
                ? Views.Snake(status.ToString())
                : own.ContainsKey(block.Found.Id) || block.Found.IsBuiltOn ? "accepted" : "unseen",
            Paid = [.. block.Paid.Select(static paid => new ChainPaidView(paid.Address, paid.Amount.ToString()))],
        }),
    ];

    private static ChainWindowView Window(ChainSnapshot chain)
    {
        ChainWindowSnapshot window = chain.Window;
        bool hasReward = window.AtTip is not null;
        return new ChainWindowView
        {
            Shares = window.Shares,
            SharesMax = chain.Parameters.WindowShares,
            Uncles = window.Uncles,
            TimeS = chain.WindowSeconds,
            Payees = window.Payees,
            Blocks = window.Blocks,
            BlocksExpected = window.BlocksExpected,
            Luck = window.BlocksExpected > 0 ? window.Blocks / window.BlocksExpected : null,
            OwnShares = window.Own.Sum(static key => key.Shares),
            OwnUncles = window.Own.Sum(static key => key.Uncles),
            OwnPart = window.Own.Sum(key => Part(key.Weight, window.Work)),
            ExpectedOwnShares = chain.ExpectedOwnShares,
            ExpectedPayout = hasReward ? new Amount(window.Own.Sum(static key => key.Expected.Units)).ToString() : null,
            Own =
            [
                .. window.Own.Select(key => new ChainKeyView(
                    key.Address, key.Shares, key.Uncles, Part(key.Weight, window.Work),
                    hasReward ? key.Expected.ToString() : null)),
            ],
        };
    }

    private static ChainTipView AtTip(ChainTipPayouts tip, UInt128 work) => new(
        tip.Class,
        tip.OutputsMax,
        tip.Reward.ToString(),
    [
        .. tip.Payouts.Select(payout => new ChainTipPayoutView(
            payout.Address,
            payout.Amount.ToString(),
            payout.IsExact ? "exact" : "slot",
            Part(payout.Weight, work),
            payout.IsOwn)),
    ]);

    private static ChainSyncView Sync(ChainProgress sync) => new(
        Views.Snake(sync.State.ToString()),
        sync.Of > 0 ? Math.Min(1, (double)sync.Had / sync.Of) : null,
        sync.Had,
        sync.Of,
        sync.From.Length > 0 ? sync.From : null);

    private static string? Advice(ChainSnapshot chain) => chain.IsNanoBetter
        ? string.Create(CultureInfo.InvariantCulture,
            $"{chain.ExpectedOwnShares:0.#} own shares are expected in a window of {Hours(chain)} h. "
            + $"With fewer than {ChainSnapshot.SharesMin} payouts swing widely; p2p.chain: nano fits better.")
        : null;

    private static string Hours(ChainSnapshot chain) =>
        (chain.WindowSeconds / 3_600).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Null before the window holds enough to tell.</summary>
    private static double? Rate(ChainSnapshot chain, DateTimeOffset now) =>
        chain.Window is { Shares: > 10, Since: { } since } && (now - since).TotalSeconds is > 1 and double seconds
            ? (double)chain.Window.Work / seconds : null;

    private static double Part(UInt128 weight, UInt128 all) => all == UInt128.Zero ? 0 : (double)weight / (double)all;

    internal static string Text(UInt128 value) => value.ToString(CultureInfo.InvariantCulture);
}
