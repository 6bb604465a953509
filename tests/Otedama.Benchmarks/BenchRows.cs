using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Otedama.Benchmarks;

/// <summary>Samples of one bench by name, as a table or as one JSON object on standard output.</summary>
internal sealed class BenchRows(string title)
{
    private readonly List<(string Name, string Unit, double[] Sorted)> _rows = [];

    public void Add(string name, string unit, IEnumerable<double> samples) => _rows.Add((name, unit, [.. samples.Order()]));

    public void Print(bool isJson) => Console.Out.WriteLine(isJson ? ToJson() : ToTable());

    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];

    private string ToTable()
    {
        StringBuilder text = new($"{title}; load {Load()}");
        foreach ((string name, string unit, double[] sorted) in _rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\n{name,-40} p50 {At(sorted, 0.5),9:0.000} p99 {At(sorted, 0.99),9:0.000} most {At(sorted, 1),9:0.000} {unit}, {sorted.Length} times");
        }
        return text.ToString();
    }

    private string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteString("what", title);
            json.WriteString("load", Load());
            json.WriteStartArray("rows");
            foreach ((string name, string unit, double[] sorted) in _rows)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("unit", unit);
                json.WriteStartArray("samples_sorted");
                Array.ForEach(sorted, json.WriteNumberValue);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Of the last minute, where the system tells it.</summary>
    private static string Load() =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
