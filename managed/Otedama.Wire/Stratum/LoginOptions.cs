using System.Globalization;

namespace Otedama.Wire;

/// <summary>What miners put into the password: options such as d=1024, separated by comma, semicolon or space.</summary>
public static class LoginOptions
{
    /// <summary>The value of d= or diff=; false when absent or not a positive number.</summary>
    public static bool TryGetDifficulty(string password, out double difficulty)
    {
        foreach (Range range in password.AsSpan().SplitAny(',', ';', ' ', '&'))
        {
            ReadOnlySpan<char> option = password.AsSpan()[range];
            ReadOnlySpan<char> value = option.StartsWith("d=", StringComparison.OrdinalIgnoreCase) ? option[2..]
                : option.StartsWith("diff=", StringComparison.OrdinalIgnoreCase) ? option[5..] : default;
            if (!value.IsEmpty
                && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out difficulty)
                && double.IsFinite(difficulty) && difficulty > 0)
            {
                return true;
            }
        }
        difficulty = 0;
        return false;
    }

    /// <summary>
    /// The value of region=: the miner wants to be told of a nearer pool of the same operator; auto, or a region's name.
    /// False when absent: nobody is sent anywhere who did not ask for it.
    /// </summary>
    public static bool TryGetRegion(string password, out string region)
    {
        const string Name = "region=";
        foreach (Range range in password.AsSpan().SplitAny(',', ';', ' ', '&'))
        {
            ReadOnlySpan<char> option = password.AsSpan()[range];
            if (option.Length > Name.Length && option.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
            {
                region = option[Name.Length..].ToString();
                return true;
            }
        }
        region = "";
        return false;
    }
}
