namespace Otedama.Asic;

/// <summary>Text that a device says of itself, made fit for a screen.</summary>
internal static class PortText
{
    /// <summary>A USB string has at most 126 characters.</summary>
    public const int LengthMax = 126;

    /// <summary>Without what steers a terminal, and no longer than a device's string may be.</summary>
    public static string Clean(string text)
    {
        string cut = text.Length <= LengthMax ? text : text[..LengthMax];
        return string.Create(cut.Length, cut, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i])
                    || char.GetUnicodeCategory(from[i]) == System.Globalization.UnicodeCategory.Format
                    ? '?' : from[i];
            }
        });
    }
}
