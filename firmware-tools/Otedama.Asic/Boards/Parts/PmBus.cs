namespace Otedama.Asic;

/// <summary>The numbers of PMBus 1.3.</summary>
public static class PmBus
{
    /// <summary>SLINEAR11: five bits of exponent, eleven of mantissa, both with a sign.</summary>
    public static double FromLinear11(ushort word)
    {
        int exponent = unchecked((short)word) >> 11;
        int mantissa = unchecked((short)(word << 5)) >> 5;
        return Math.ScaleB(mantissa, exponent);
    }

    /// <summary>With the smallest exponent that holds it, rounded to the nearest; throws
    /// ArgumentOutOfRangeException.</summary>
    public static ushort ToLinear11(double value)
    {
        for (int exponent = -16; exponent <= 15; exponent++)
        {
            double mantissa = Math.Round(Math.ScaleB(value, -exponent));
            if (mantissa is >= -1024 and <= 1023)
            {
                return (ushort)(((exponent & 0x1F) << 11) | ((int)mantissa & 0x7FF));
            }
        }
        throw new ArgumentOutOfRangeException(nameof(value), value, "no SLINEAR11 number is that large");
    }

    /// <summary>The exponent that VOUT_MODE sets for ULINEAR16; null where the mode is another one.</summary>
    public static int? ExponentOf(byte voutMode) =>
        (voutMode & 0x60) == 0 ? unchecked((sbyte)(voutMode << 3)) >> 3 : null;

    /// <summary>ULINEAR16.</summary>
    public static double FromLinear16(ushort word, int exponent) => Math.ScaleB(word, exponent);

    /// <summary>Rounded to the nearest; throws ArgumentOutOfRangeException.</summary>
    public static ushort ToLinear16(double value, int exponent)
    {
        double mantissa = Math.Round(Math.ScaleB(value, -exponent));
        return mantissa is >= 0 and <= ushort.MaxValue
            ? (ushort)mantissa
            : throw new ArgumentOutOfRangeException(nameof(value), value, "no ULINEAR16 number of that exponent");
    }
}
