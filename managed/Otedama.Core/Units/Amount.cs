using System.Globalization;

namespace Otedama.Core;

/// <summary>Money in the coin's smallest unit (satoshi). Never a floating number; overflow throws.</summary>
public readonly record struct Amount(long Units) : IComparable<Amount>
{
    public const long UnitsPerCoin = 100_000_000;

    public static Amount Zero => default;

    /// <summary>Parses a decimal coin amount such as "0.1" exactly; at most 8 decimals.</summary>
    public static bool TryParseCoins(string text, out Amount amount)
    {
        amount = default;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal coins))
        {
            return false;
        }
        if (Math.Abs(coins) > long.MaxValue / UnitsPerCoin || coins * UnitsPerCoin != Math.Truncate(coins * UnitsPerCoin))
        {
            return false;
        }
        amount = new Amount((long)(coins * UnitsPerCoin));
        return true;
    }

    public decimal ToCoins() => (decimal)Units / UnitsPerCoin;

    public int CompareTo(Amount other) => Units.CompareTo(other.Units);

    public override string ToString() => ToCoins().ToString("0.########", CultureInfo.InvariantCulture);

    public static Amount operator +(Amount left, Amount right) => new(checked(left.Units + right.Units));

    public static Amount operator -(Amount left, Amount right) => new(checked(left.Units - right.Units));

    public static bool operator <(Amount left, Amount right) => left.Units < right.Units;

    public static bool operator >(Amount left, Amount right) => left.Units > right.Units;

    public static bool operator <=(Amount left, Amount right) => left.Units <= right.Units;

    public static bool operator >=(Amount left, Amount right) => left.Units >= right.Units;
}
