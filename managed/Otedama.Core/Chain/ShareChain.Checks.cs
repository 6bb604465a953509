namespace Otedama.Core;

/// <summary>What a share must be after its parent: steps 11 and 12.</summary>
public sealed partial class ShareChain
{
    /// <summary>
    /// Blocks by which a share's coin block may be lower than its parent's: the coin reorganises too.
    /// </summary>
    private const uint CoinHeightBack = 6;

    /// <summary>Bits of the flags that say how much harder the target is.</summary>
    private const ushort HarderMask = 0xf;

    /// <summary>Step 11. work: of the share alone.</summary>
    private ShareFault? CheckPlace(ShareCore core, PlacedShare parent, PlacedShare[] uncles, out UInt128 work)
    {
        work = UInt128.Zero;
        string? problem = Place(core, parent) ?? Time(core, parent) ?? Bits(core, parent) ?? Uncles(parent, uncles);
        if (problem is null)
        {
            work = ShareDifficulty.Work(core.Bits, core.Flags & HarderMask);
            problem = Work(core, parent, uncles, work);
        }
        return problem is null ? null : new ShareFault(ShareFault.Context, problem);
    }

    private static string? Place(ShareCore core, PlacedShare parent)
    {
        // Sums in more bits than the fields have: a chain that began in the middle may be at their end.
        if (core.Height != parent.Height + 1L)
        {
            return $"height {core.Height} after {parent.Height}";
        }
        UInt128 sequence = (UInt128)parent.Sequence + 1 + (uint)core.Uncles.Count;
        if (core.Sequence != sequence)
        {
            return $"sequence {core.Sequence}; {sequence} follows {parent.Sequence} with {core.Uncles.Count} uncles";
        }
        return core.CoinHeight + CoinHeightBack < (ulong)parent.CoinHeight
            ? $"coin height {core.CoinHeight}; the parent's is {parent.CoinHeight}, "
                + $"and {CoinHeightBack} less is the lowest allowed"
            : null;
    }

    private static string? Time(ShareCore core, PlacedShare parent) =>
        TryMedian(parent, out ulong median) && core.TimeMs <= median
            ? $"time {core.TimeMs} is not above {median}, the median of its ancestors"
            : null;

    /// <summary>False where too few ancestors are known to tell.</summary>
    private static bool TryMedian(PlacedShare parent, out ulong median)
    {
        Span<ulong> times = stackalloc ulong[ShareTime.MedianOf];
        int count = 0;
        PlacedShare? at = parent;
        while (at is not null && count < times.Length)
        {
            times[count++] = at.TimeMs;
            if (at.IsGenesis)
            {
                break;
            }
            at = at.Parent;
        }
        median = ShareTime.Median(times[..count]);
        return count == times.Length || at is { IsGenesis: true };
    }

    private string? Bits(ShareCore core, PlacedShare parent) =>
        TryNextBits(parent, out uint bits) && core.Bits != bits ? $"bits {core.Bits:x8}; {bits:x8} follow" : null;

    /// <summary>False where the grandparent is not known.</summary>
    private bool TryNextBits(PlacedShare parent, out uint bits)
    {
        bits = _parameters.LimitBits;
        if (parent.IsGenesis)
        {
            return true;
        }
        if (parent.Parent is not { } before)
        {
            return false;
        }
        Int128 gap = Int128.Min((Int128)parent.TimeMs - before.TimeMs, _parameters.GapCapMs);
        ulong spacing = (ulong)_parameters.SpacingMs;
        bits = ShareDifficulty.Next(
            parent.Bits, gap, parent.UncleCount, spacing, (ulong)_parameters.HalfLifeMs, _parameters.Limit);
        return true;
    }

    private string? Uncles(PlacedShare parent, PlacedShare[] uncles)
    {
        foreach (PlacedShare uncle in uncles)
        {
            if (UncleRules.Refuse(parent, uncle, _parameters.UncleDepth) is { } problem)
            {
                return $"uncle {uncle.Share?.ToString() ?? "that is the virtual genesis"} {problem}";
            }
        }
        return null;
    }

    private static string? Work(ShareCore core, PlacedShare parent, PlacedShare[] uncles, UInt128 work)
    {
        UInt128? sum = Sum(Sum(parent.CumulativeWork, work), UInt128.Zero);
        foreach (PlacedShare uncle in uncles)
        {
            sum = Sum(sum, uncle.Work);
        }
        // Uncles from before the beginning weigh what the share says.
        bool isRight = core.CumulativeWork == sum || (uncles.Length < core.Uncles.Count && core.CumulativeWork > sum);
        string due = sum?.ToString() ?? "more than 128 bits";
        return isRight ? null : $"work {core.CumulativeWork}; {due} follows {parent.CumulativeWork}";
    }

    /// <summary>Null beyond 128 bits.</summary>
    private static UInt128? Sum(UInt128? left, UInt128 right) => left <= UInt128.MaxValue - right ? left + right : null;

    /// <summary>
    /// Step 12; nothing to say where too little of the chain is known to tell whom the share has to pay.
    /// </summary>
    private ShareFault? CheckPayouts(ChainShare share, PlacedShare parent)
    {
        ShareCore core = share.Core;
        ulong? reward = RewardOf(core);
        if (reward is null)
        {
            return new ShareFault(
                ShareFault.Payout, $"its fixed outputs are worth more than the coin value {core.CoinValue}");
        }
        return Split(parent, core.CapClass, reward.Value, core.Payout) is { } payouts
            ? ShareCoinbase.Check(share, _parameters.Id, Outputs(payouts))
            : null;
    }

    /// <summary>What is left for the payees; null below zero.</summary>
    private static ulong? RewardOf(ShareCore core)
    {
        ulong reward = core.CoinValue;
        foreach (FixedOutput output in core.FixedOutputs)
        {
            if (output.Value > reward)
            {
                return null;
            }
            reward -= output.Value;
        }
        return reward;
    }
}
