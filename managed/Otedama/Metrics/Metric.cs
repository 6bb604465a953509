namespace Otedama;

/// <summary>
/// One row of the metrics: the reference page is made of these too. A series exists while the part that it speaks of does:
/// null leaves it out, NaN says that its value is not known. Counters are there from the start, at 0.
/// </summary>
internal abstract class Metric(string name, string type, string label, string help)
{
    public string Name => name;

    public string Type => type;

    /// <summary>Empty when there is none.</summary>
    public string Label => label;

    public string Help => help;

    public abstract void Write(MetricsText text, MetricsInput input);
}

/// <summary>One number.</summary>
internal sealed class NumberMetric(string name, string type, string help, Func<MetricsInput, double?> value) : Metric(name, type, "", help)
{
    public override void Write(MetricsText text, MetricsInput input)
    {
        if (value(input) is { } number)
        {
            text.Head(Name, Type, Help);
            text.Sample(Name, "", "", number);
        }
    }
}

/// <summary>One number per value of a label, whose values are a bounded set: never an address, a job or a share.</summary>
internal sealed class LabelledMetric(
    string name, string type, string label, string help, Func<MetricsInput, IEnumerable<(string Label, double Value)>?> values)
    : Metric(name, type, label, help)
{
    public override void Write(MetricsText text, MetricsInput input)
    {
        if (values(input) is not { } samples)
        {
            return;
        }
        text.Head(Name, Type, Help);
        foreach ((string key, double number) in samples)
        {
            text.Sample(Name, Label, key, number);
        }
    }
}

/// <summary>Counts in buckets by upper bound, with their sum and number.</summary>
internal sealed class HistogramMetric(string name, string help, Func<MetricsInput, Histogram?> read) : Metric(name, "histogram", "le", help)
{
    public override void Write(MetricsText text, MetricsInput input)
    {
        if (read(input) is not { } histogram)
        {
            return;
        }
        text.Head(Name, Type, Help);
        long total = 0;
        foreach ((double bound, long count) in histogram.Buckets)
        {
            total += count;
            text.Sample(Name + "_bucket", "le", MetricsText.Number(bound), total);
        }
        text.Sample(Name + "_sum", "", "", histogram.Sum);
        text.Sample(Name + "_count", "", "", total);
    }
}

/// <param name="Buckets">Upper bound and count of each bucket alone, ascending; the last bound is infinite.</param>
internal sealed record Histogram(IReadOnlyList<(double Bound, long Count)> Buckets, double Sum);
