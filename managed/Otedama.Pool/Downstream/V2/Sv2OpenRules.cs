using System.Numerics;
using System.Text;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The rules for opening a channel, and the numbers that come of them. Pure.</summary>
public static class Sv2OpenRules
{
    /// <summary>Bytes a client may want to roll in the coinbase.</summary>
    public const int ExtranonceSizeMax = 16;

    /// <summary>More breaks devices behind a proxy that passes the size on.</summary>
    public const int ExtranonceSizeUsual = 8;

    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// What is wrong with a request, as an error code, or empty. Which user it is comes after this.
    /// </summary>
    /// <param name="minExtranonceSize">Bytes; 0 for a standard channel.</param>
    /// <param name="hardest">The hardest target this pool ever sets.</param>
    public static string Judge(
        ReadOnlySpan<byte> userIdentity, float nominalHashRate, Target maxTarget, int minExtranonceSize,
        Target hardest) =>
        !TryText(userIdentity, out _) ? "invalid-user-identity"
            : !float.IsFinite(nominalHashRate) || nominalHashRate < 0 ? "invalid-nominal-hashrate"
            : maxTarget.IsZero || maxTarget < hardest ? "max-target-out-of-range"
            : minExtranonceSize > ExtranonceSizeMax ? "min-extranonce-size-too-large"
            : "";

    /// <summary>False for what is no UTF-8, is empty or has control characters.</summary>
    public static bool TryText(ReadOnlySpan<byte> userIdentity, out string text)
    {
        try
        {
            text = s_strict.GetString(userIdentity);
        }
        catch (ArgumentException)
        {
            text = "";
        }
        return text.Length > 0 && !text.Any(char.IsControl);
    }

    /// <summary>Bytes to grant to who wants at least so many.</summary>
    public static int Granted(int minExtranonceSize) =>
        minExtranonceSize <= ExtranonceSizeUsual ? ExtranonceSizeUsual : ExtranonceSizeMax;

    /// <summary>
    /// The target that this hash rate meets once in secondsPerShare: floor((2^256 - w) / (w + 1)) with w the hashes
    /// of that time, rounded down.
    /// </summary>
    /// <param name="hashRate">Hashes a second, finite and not negative.</param>
    public static Target FromHashRate(float hashRate, double secondsPerShare)
    {
        double hashes = Math.Floor(hashRate * secondsPerShare);
        if (!(hashes >= 1))
        {
            return Target.Max;
        }
        BigInteger w = BigInteger.Min(new BigInteger(hashes), (BigInteger.One << 256) - 1);
        return new Target(UInt256.FromBigInteger(((BigInteger.One << 256) - w) / (w + 1)));
    }
}
