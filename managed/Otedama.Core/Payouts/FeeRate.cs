using System.Globalization;

namespace Otedama.Core;

/// <summary>
/// A part of a reward in whole hundred-millionths: a percentage of up to six decimals, exactly. Everything that computes
/// or shows the fee takes it from here.
/// </summary>
/// <param name="Parts">0 to 100,000,000.</param>
public readonly record struct FeeRate(int Parts)
{
    /// <summary>The whole reward.</summary>
    public const int Whole = 100_000_000;

    /// <summary>Decimals of a percentage that can be kept.</summary>
    public const int PercentDecimals = 6;

    private const int PartsPerPercent = Whole / 100;

    /// <summary>False when it is out of range 0 to 100 or has more decimals.</summary>
    public static bool TryFromPercent(decimal percent, out FeeRate rate)
    {
        bool isExact = percent is >= 0 and <= 100 && percent * PartsPerPercent % 1 == 0;
        rate = new FeeRate(isExact ? (int)(percent * PartsPerPercent) : 0);
        return isExact;
    }

    /// <summary>Throws ArgumentOutOfRangeException where TryFromPercent is false.</summary>
    public static FeeRate FromPercent(decimal percent) => TryFromPercent(percent, out FeeRate rate)
        ? rate
        : throw new ArgumentOutOfRangeException(nameof(percent), string.Create(
            CultureInfo.InvariantCulture, $"a fee of {percent} percent; 0 to 100 with at most {PercentDecimals} decimals is allowed"));

    /// <summary>The percentage without trailing zeros.</summary>
    public decimal ToPercent() => Parts / (decimal)PartsPerPercent / 1.000000000000000000000000000000m;

    /// <summary>floor(reward x Parts / 100,000,000).</summary>
    public Amount Of(Amount reward) => Parts is >= 0 and <= Whole
        ? new Amount((long)((Int128)reward.Units * Parts / Whole))
        : throw new InvalidOperationException($"a fee of {Parts} parts; 0 to {Whole} is allowed");

    public override string ToString() => ToPercent().ToString(CultureInfo.InvariantCulture);
}
