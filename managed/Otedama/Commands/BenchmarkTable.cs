using System.Globalization;
using Otedama.Mining;

namespace Otedama;

/// <summary>Rows of the benchmark in columns that fit a terminal of 80.</summary>
internal static class BenchmarkTable
{
    private const int NameColumns = 17;

    public static string Head => Row("KIND", "ALGORITHM", "FLAVOUR", "THREADS", "RATE", "SPREAD", "PER CPU SECOND");

    /// <summary>The row, and below it what only some rows have.</summary>
    public static IEnumerable<string> Lines(BenchmarkResult row)
    {
        string name = $"{row.Algorithm} {row.Parameters}".TrimEnd();
        string threads = row.Threads.ToString(CultureInfo.InvariantCulture);
        yield return row.Skipped is not null
            ? Row(row.Kind, name, row.Flavour, threads, "skipped", "", "")
            : Row(row.Kind, name, row.Flavour, threads, Units.Rate(row.Median, row.Unit), Spread(row), Units.Rate(row.CpuMedian, row.Unit));
        if (name.Length > NameColumns)
        {
            yield return $"         {name}";
        }
        if (row.Batch is { } batch)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"         {row.Device}, {batch} at once");
        }
        if (row.Skipped is not null)
        {
            yield return $"         {row.Skipped}";
        }
        if (row.SolutionsPerNonce is { } perNonce)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"         {perNonce:0.0} solutions per nonce");
        }
        if (row is { Bytes: { } bytes, Skipped: null })
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"         {bytes / 1048576} MiB in {bytes / row.Median:0.00} s, {bytes / row.CpuMedian:0.00} s of processor time");
        }
    }

    /// <summary>One repeat has no spread, which is not a spread of nothing.</summary>
    public static string Spread(BenchmarkResult row) =>
        row.Samples.Count < 2 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{row.Spread * 100:0} %");

    private static string Row(string kind, string name, string flavour, string threads, string rate, string spread, string cpu)
    {
        string cut = name.Length <= NameColumns ? name : name[..(NameColumns - 1)] + "…";
        return $"{kind,-8} {cut,-NameColumns} {flavour,-8} {threads,7} {rate,14} {spread,6} {cpu,14}".TrimEnd();
    }
}
