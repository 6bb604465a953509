using System.Globalization;
using Otedama.Mining;

namespace Otedama;

/// <summary>Rows of `bench p2p`: the numbers in columns, what they are of behind.</summary>
internal static class PeerBenchTable
{
    public static string Head => string.Create(CultureInfo.InvariantCulture,
        $"{"MEDIAN",10} {"MIN",10} {"MAX",10} {"UNIT",-10} {"BAR",-12} WHAT");

    public static string Line(PeerBenchRow row) => string.Create(CultureInfo.InvariantCulture,
        $"{Number(row.Median),10} {Number(row.Min),10} {Number(row.Max),10} {row.Unit,-10} {Bar(row),-12} {row.Meaning}");

    /// <summary>What stands below the rows.</summary>
    public static IEnumerable<string> End(PeerBenchReport report)
    {
        MachineDescription machine = report.Machine;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{machine.Cpu}, {machine.HardwareThreads} threads, {machine.Kernel}, load before {machine.LoadBefore ?? 0:0.0}. ")
            + "Processor time is of the whole process: of both ends of every link.";
    }

    private static string Bar(PeerBenchRow row) => row.Bar is not { } bar ? ""
        : $"{(row.BarIsMost ? "<=" : ">=")} {Number(bar)} {(row.IsMet == true ? "met" : "MISSED")}";

    private static string Number(double value) => value.ToString(
        value == Math.Floor(value) || value >= 1_000 ? "F0" : value >= 100 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
