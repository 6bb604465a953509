namespace Otedama.Benchmarks;

/// <summary>One program's numbers of one run: so many units (such as "H/s") by the clock and by processor time.</summary>
internal sealed record CompareRun(double Rate, double CpuRate, string Unit);

/// <summary>Ours and the peer's, measured one after the other.</summary>
internal sealed record ComparePair(CompareRun Ours, CompareRun Peer)
{
    public double Ratio => Ours.Rate / Peer.Rate;

    public double CpuRatio => Ours.CpuRate / Peer.CpuRate;
}

internal static class Medians
{
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
