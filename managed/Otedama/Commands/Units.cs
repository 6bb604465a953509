using System.Globalization;

namespace Otedama;

/// <summary>Numbers as people read them.</summary>
internal static class Units
{
    private static readonly string[] s_prefixes = ["", "k", "M", "G", "T", "P", "E"];

    public static string Hashrate(double hashesPerSecond) => Scaled(hashesPerSecond, "H/s");

    public static string Rate(double perSecond, string unit) => Scaled(perSecond, unit);

    public static string Number(double value) => Scaled(value, "").TrimEnd();

    public static string Bytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");

    public static string Duration(double seconds)
    {
        TimeSpan span = TimeSpan.FromSeconds(seconds);
        return span.TotalMinutes < 1 ? $"{(int)span.TotalSeconds} s"
            : span.TotalHours < 1 ? $"{span.Minutes} min {span.Seconds} s"
            : span.TotalDays < 1 ? $"{span.Hours} h {span.Minutes} min"
            : $"{(int)span.TotalDays} d {span.Hours} h";
    }

    private static string Scaled(double value, string unit)
    {
        int prefix = 0;
        while (value >= 999.5 && prefix < s_prefixes.Length - 1)
        {
            value /= 1000;
            prefix++;
        }
        string digits = value >= 99.95 || (prefix == 0 && value == Math.Floor(value)) ? "F0" : value >= 9.995 ? "F1" : value >= 1 ? "F2" : Small(value);
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {s_prefixes[prefix]}{unit}";
    }

    /// <summary>Two significant digits of a value below 1: a difficulty of 0.0058 is neither 0.01 nor 0.00.</summary>
    private static string Small(double value) =>
        value <= 0 || !double.IsFinite(value) ? "F2" : value < 1e-6 ? "0.0e-0" : $"F{1 - (int)Math.Floor(Math.Log10(value))}";
}
