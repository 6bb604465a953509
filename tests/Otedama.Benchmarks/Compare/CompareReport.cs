using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Otedama.Benchmarks;

/// <summary>One comparison as markdown and JSON, beside each other under docs/benchmarks/MACHINE.</summary>
internal sealed record CompareReport
{
    public required string Algorithm { get; init; }

    public required string Mode { get; init; }

    public required string Label { get; init; }

    public required int Threads { get; init; }

    public required string Peer { get; init; }

    public required string Command { get; init; }

    /// <summary>Our program's description of the machine.</summary>
    public required JsonElement Machine { get; init; }

    public required string Flavour { get; init; }

    public required string Load { get; init; }

    public required IReadOnlyList<ComparePair> Pairs { get; init; }

    public string FileName => string.Join(
        '-',
        new[] { Algorithm, Label, Mode == "search" ? "" : Mode, Threads.ToString(CultureInfo.InvariantCulture), Peer }.Where(part => part.Length > 0));

    private string Title => string.Join(' ', new[] { Algorithm, Label, Mode == "search" ? "" : Mode }.Where(part => part.Length > 0));

    private string Unit => Pairs[0].Ours.Unit;

    /// <summary>Lower-case words of the processor's name and its threads: the folder results go into.</summary>
    public static string MachineFolder(JsonElement machine)
    {
        string cpu = machine.GetProperty("cpu").GetString() ?? "cpu";
        string words = string.Join('-', cpu.ToLowerInvariant().Split([' ', '(', ')', '@', '/'], StringSplitOptions.RemoveEmptyEntries));
        return string.Create(CultureInfo.InvariantCulture, $"{words}-{machine.GetProperty("hardware_threads").GetInt32()}");
    }

    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {Title}, {Threads} thread{(Threads == 1 ? "" : "s")}: otedama ({Flavour}) and {Peer}");
        text.AppendLine();
        text.AppendLine("    " + Command);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Load average before and after: {Load}. Rates in {Unit}; \"cpu\" is per second of processor time.");
        text.AppendLine();
        text.AppendLine("| pair | otedama | peer | ratio | otedama cpu | peer cpu | ratio cpu |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        for (int i = 0; i < Pairs.Count; i++)
        {
            ComparePair p = Pairs[i];
            text.AppendLine(Row((i + 1).ToString(CultureInfo.InvariantCulture), p.Ours, p.Peer, p.Ratio, p.CpuRatio));
        }
        text.AppendLine(Row(
            "**median**",
            new CompareRun(Median(p => p.Ours.Rate), Median(p => p.Ours.CpuRate), Unit),
            new CompareRun(Median(p => p.Peer.Rate), Median(p => p.Peer.CpuRate), Unit),
            Median(p => p.Ratio),
            Median(p => p.CpuRatio)));
        return text.ToString();
    }

    public byte[] ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("algorithm", Algorithm);
            json.WriteString("mode", Mode);
            json.WriteString("label", Label);
            json.WriteString("unit", Unit);
            json.WriteString("flavour", Flavour);
            json.WriteNumber("threads", Threads);
            json.WriteString("peer", Peer);
            json.WriteString("command", Command);
            json.WriteString("load", Load);
            json.WritePropertyName("machine");
            Machine.WriteTo(json);
            json.WriteStartArray("pairs");
            foreach (ComparePair pair in Pairs)
            {
                json.WriteStartObject();
                json.WriteNumber("ours", pair.Ours.Rate);
                json.WriteNumber("ours_cpu", pair.Ours.CpuRate);
                json.WriteNumber("peer", pair.Peer.Rate);
                json.WriteNumber("peer_cpu", pair.Peer.CpuRate);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("median_ratio", Median(p => p.Ratio));
            json.WriteNumber("median_ratio_cpu", Median(p => p.CpuRatio));
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private double Median(Func<ComparePair, double> of) => Medians.Of(Pairs.Select(of));

    private static string Row(string name, CompareRun ours, CompareRun peer, double ratio, double cpuRatio) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {Rate(ours.Rate)} | {Rate(peer.Rate)} | {ratio:0.00} | {Rate(ours.CpuRate)} | {Rate(peer.CpuRate)} | {cpuRatio:0.00} |");

    private static string Rate(double value) => value switch
    {
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.00} M"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.00} k"),
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{value:0.0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.0000}"),
    };
}
