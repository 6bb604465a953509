using System.Globalization;

namespace Otedama.Wire;

/// <summary>What miners put into the password: options such as d=1024, separated by comma, semicolon or space.</summary>
public static class LoginOptions
{
    /// <summary>The value of d= or diff=; false when absent or not a positive number.</summary>
    public static bool TryGetDifficulty(string password, out double difficulty)
    {
        foreach (string name in (string[])["d=", "diff="])
        {
            if (TryGet(password, name, out string value)
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
    public static bool TryGetRegion(string password, out string region) => TryGet(password, "region=", out region);

    private static bool TryGet(string password, string name, out string value)
    {
        foreach (Range range in password.AsSpan().SplitAny(',', ';', ' ', '&'))
        {
            ReadOnlySpan<char> option = password.AsSpan()[range];
            if (option.Length > name.Length && option.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                value = option[name.Length..].ToString();
                return true;
            }
        }
        value = "";
        return false;
    }
}
