namespace Otedama;

/// <summary>
/// One row of the metrics: the reference page is made of these too. A series exists while the part that it speaks of does;
/// NaN says that its value is not known. Counters are there from the start, at 0. Values of labels are bounded sets: never
/// an address, a job or a share.
/// </summary>
internal abstract class Metric(string name, string type, string[] labels, string help)
{
    public string Name => name;

    public string Type => type;

    public IReadOnlyList<string> Labels => labels;

    public string Help => help;

    public abstract void Write(MetricsText text, MetricsInput input);
}

/// <summary>One value for each set of label values; a row without samples is left out.</summary>
internal sealed class ValueMetric(string name, string type, string[] labels, string help, Func<MetricsInput, IEnumerable<Sample>> read)
    : Metric(name, type, labels, help)
{
    public override void Write(MetricsText text, MetricsInput input)
    {
        Sample[] samples = [.. read(input)];
        if (samples.Length == 0)
        {
            return;
        }
        text.Head(Name, Type, Help);
        foreach (Sample sample in samples)
        {
            text.Sample(Name, Labels, sample.LabelValues, sample.Value);
        }
    }
}

/// <summary>
/// Counts in buckets by upper bound, with their sum and number, for each pool; null: the pool has no such part.
/// </summary>
internal sealed class HistogramMetric(string name, string help, Func<PoolInput, Histogram?> read)
    : Metric(name, "histogram", ["pool", "le"], help)
{
    public override void Write(MetricsText text, MetricsInput input)
    {
        (PoolInput Pool, Histogram? Histogram)[] all = [.. input.Pools.Select(pool => (pool, read(pool)))];
        if (!Array.Exists(all, static one => one.Histogram is not null))
        {
            return;
        }
        text.Head(Name, Type, Help);
        foreach ((PoolInput pool, Histogram? histogram) in all)
        {
            if (histogram is null)
            {
                continue;
            }
            long total = 0;
            foreach ((double bound, long count) in histogram.Buckets)
            {
                total += count;
                text.Sample(Name + "_bucket", Labels, [pool.View.Name, MetricsText.Number(bound)], total);
            }
            text.Sample(Name + "_sum", ["pool"], [pool.View.Name], histogram.Sum);
            text.Sample(Name + "_count", ["pool"], [pool.View.Name], total);
        }
    }
}

/// <param name="LabelValues">In the order of the metric's labels.</param>
internal readonly record struct Sample(string[] LabelValues, double Value);

/// <param name="Buckets">Upper bound and count of each bucket alone, ascending; the last bound is infinite.</param>
internal sealed record Histogram(IReadOnlyList<(double Bound, long Count)> Buckets, double Sum);
