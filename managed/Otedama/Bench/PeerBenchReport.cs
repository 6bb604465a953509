using Otedama.Mining;

namespace Otedama;

/// <summary>What one run found out about nodes of a share chain on this machine.</summary>
internal sealed record PeerBenchReport(
    int Schema, DateTimeOffset Started, MachineDescription Machine, IReadOnlyList<PeerBenchRow> Rows);

/// <summary>One number.</summary>
/// <param name="Name">What it is of, the same in every version.</param>
/// <param name="Meaning">In words, with how much of it was done.</param>
/// <param name="Samples">One for each repeat, in order.</param>
/// <param name="Bar">What is asked for on one core of a present server; null: nothing is.</param>
/// <param name="BarIsMost">The bar must not be exceeded; else it must be reached.</param>
internal sealed record PeerBenchRow(
    string Name, string Meaning, string Unit, IReadOnlyList<double> Samples, double? Bar = null, bool BarIsMost = false)
{
    public double Median
    {
        get
        {
            double[] sorted = [.. Samples.Order()];
            int middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public double Min => Samples.Min();

    public double Max => Samples.Max();

    /// <summary>Null where nothing is asked for.</summary>
    public bool? IsMet => Bar is not { } bar ? null : BarIsMost ? Median <= bar : Median >= bar;
}

/// <summary>How much is measured.</summary>
/// <param name="Connections">Links that carry the throughput side by side.</param>
/// <param name="Peers">Links that one node routes shares between.</param>
internal sealed record PeerBenchOptions(int Connections, int Peers, int Repeats, TimeSpan Repeat);
