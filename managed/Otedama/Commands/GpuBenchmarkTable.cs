using System.CommandLine;
using System.Globalization;
using Otedama.Mining;

namespace Otedama;

/// <summary>`otedama mining benchmark --gpu`: rows of a terminal of 80 columns.</summary>
internal static class GpuBenchmarkTable
{
    private const int NameColumns = 20;

    public static int Run(CommandContext context, ParseResult result, BenchmarkOptions options, CancellationToken stop)
    {
        if (options.Plugins.Count > 0)
        {
            throw new ArgumentException("--gpu: plugins run on the processor only. Leave them out of --algo.");
        }
        string root = DataDirectory.Locate(context.Load(result), context.Outside.Environment);
        MakeRoom(root);
        using Progress progress = new(context.Outside);
        TextWriter rows = result.GetValue(context.Json) ? context.Outside.Error : context.Outside.Out;
        rows.WriteLine(Head);
        GpuBenchmarkReport report = GpuBenchmark.Run(
            options with { Begins = progress.Begin },
            new GpuTuning(root, context.Outside.Clock, context.Say),
            row =>
            {
                progress.Clear();
                foreach (string line in Lines(row))
                {
                    rows.WriteLine(line);
                }
            },
            stop,
            context.Say);
        progress.Clear();
        context.Answer(result, report, AnswerJson.Default.GpuBenchmarkReport, made => Below(made, root));
        return report.Results.Any(static row => row.Skipped is null) ? ExitCode.Done : ExitCode.BadAnswer;
    }

    public static string Head => Row("GPU", "ALGORITHM", "GEOMETRY", "RATE", "SPREAD", "MEMORY", "OF BEST");

    public static IEnumerable<string> Lines(GpuBenchmarkResult row)
    {
        string name = $"{row.Algorithm} {row.Parameters}".TrimEnd();
        string gpu = row.Gpu.ToString(CultureInfo.InvariantCulture);
        if (row.Skipped is { } why)
        {
            yield return Row(gpu, name, row.Flavour, "skipped", "", "", "");
            yield return $"     {why}";
            yield break;
        }
        string spread = row.Samples.Count < 2 ? "–" : string.Create(CultureInfo.InvariantCulture,
            $"{row.Spread * 100:0} %");
        string memory = row.BandwidthBs is double bytes ? Units.Rate(bytes, "B/s") : "–";
        string ratio = row.CeilingRatio is double part ? string.Create(CultureInfo.InvariantCulture,
            $"{part * 100:0} %") : "–";
        yield return Row(gpu, name, row.Flavour, Units.Rate(row.Median, row.Unit), spread, memory, ratio);
        if (name.Length > NameColumns)
        {
            yield return $"     {name}";
        }
        if (row.SolutionsPerNonce is double perNonce)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"     {perNonce:0.0} solutions per nonce");
        }
    }

    /// <summary>What stands below the rows.</summary>
    private static IEnumerable<string> Below(GpuBenchmarkReport report, string root)
    {
        foreach (IGrouping<int, GpuBenchmarkResult> card in report.Results.GroupBy(static row => row.Gpu))
        {
            GpuBenchmarkResult row = card.First();
            yield return $"{row.Gpu}: {row.Device}, {row.Interface}, driver {row.Driver ?? "unknown"}";
        }
        foreach (DatasetBuild build in report.Datasets)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{build.Algorithm} data ({build.Parameters}): {build.Bytes / 1048576} MiB in {build.Seconds:0.00} s");
        }
        foreach (GpuBenchmarkResult best in report.Results.Where(static row => row.Best))
        {
            yield return $"{best.Gpu}: {best.Algorithm} {best.Parameters}".TrimEnd() + $": {best.Flavour} is fastest";
        }
        if (report.Results.Any(static row => row.Best))
        {
            yield return $"kept in {GpuTuning.PathIn(root)}, where the miner finds it";
        }
    }

    private static void MakeRoom(string root)
    {
        try
        {
            DataDirectory.MakePrivate(root, allowLoose: true); // the instance that opens it judges it
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"data_dir: {root} cannot be written: {e.Message} Give another with "
                + "--data-dir or OTEDAMA_DATA_DIR.");
        }
    }

    private static string Row(string gpu, string name, string flavour, string rate, string spread, string memory,
        string ratio)
    {
        string cut = name.Length <= NameColumns ? name : name[..(NameColumns - 1)] + "…";
        return $"{gpu,-4} {cut,-NameColumns} {flavour,-12} {rate,13} {spread,6} {memory,11} {ratio,7}".TrimEnd();
    }
}
