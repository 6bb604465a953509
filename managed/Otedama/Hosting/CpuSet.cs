using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Otedama.Mining;

namespace Otedama;

/// <summary>Numbers of processors, or of other devices, written as "0, 2-5".</summary>
internal static class CpuSet
{
    /// <param name="what">What the numbers are of, for the problem.</param>
    public static bool TryParse(
        IReadOnlyList<string> parts,
        out IReadOnlyList<int> cpus,
        [NotNullWhen(false)] out string? problem,
        string what = "processor")
    {
        List<int> found = [];
        cpus = found;
        problem = null;
        foreach (string part in parts)
        {
            string[] ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[^1], out int last) || last < first)
            {
                problem = $"\"{SettingTypes.Shorten(part)}\" is neither a {what} number from 0 to "
                    + $"{RigOptions.CpuThreadsMax - 1} nor a range such as 2-5";
                return false;
            }
            found.AddRange(Enumerable.Range(first, last - first + 1));
        }
        if (found.Count > RigOptions.CpuThreadsMax)
        {
            problem = $"{found.Count} {what}s are more than {RigOptions.CpuThreadsMax}";
            return false;
        }
        return true;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < RigOptions.CpuThreadsMax;
}
