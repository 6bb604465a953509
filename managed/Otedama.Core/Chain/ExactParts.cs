using System.Numerics;

namespace Otedama.Core;

/// <summary>Parts of numbers of 128 bits, rounded down, where the product needs more.</summary>
internal static class ExactParts
{
    /// <summary>
    /// floor(value x part / whole) for part up to whole, whole above 0 and small: no product leaves 128 bits.
    /// </summary>
    public static UInt128 Of(UInt128 value, uint part, uint whole) =>
        value <= ulong.MaxValue
            ? value * part / whole
            : (value / whole * part) + (value % whole * part / whole);

    /// <summary>
    /// floor(weight x amount / all) for weight up to all, all above 0: up to 192 bits, and at most amount.
    /// </summary>
    public static ulong OfAmount(UInt128 weight, ulong amount, UInt128 all)
    {
        if (weight <= ulong.MaxValue)
        {
            return (ulong)(weight * amount / all);
        }
        if (weight == all)
        {
            return amount;
        }
        // One step of long division with digits of 64 bits: the quotient is one digit, the divisor two with its top
        // bit set.
        int shift = BitOperations.LeadingZeroCount((ulong)(all >> 64));
        UInt128 divisor = all << shift;
        UInt128 shifted = weight << shift; // below divisor, so nothing is lost
        UInt128 low = (UInt128)Low(shifted) * amount;
        UInt128 high = ((UInt128)Low(shifted >> 64) * amount) + (low >> 64); // the product without its lowest digit
        return Digit(high, Low(low), divisor);
    }

    /// <summary>floor((high x 2^64 + low) / divisor), known to be below 2^64.</summary>
    private static ulong Digit(UInt128 high, ulong low, UInt128 divisor)
    {
        ulong first = (ulong)(divisor >> 64);
        ulong second = Low(divisor);
        UInt128 guess = high / first;
        UInt128 rest = high - (guess * first);
        // The guess is at most two too large; a rest of more than a digit says that it is right.
        while (rest <= ulong.MaxValue && (guess > ulong.MaxValue || guess * second > ((rest << 64) | low)))
        {
            guess--;
            rest += first;
        }
        return (ulong)guess;
    }

    private static ulong Low(UInt128 value) => unchecked((ulong)value);
}
