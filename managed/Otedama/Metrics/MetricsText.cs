using System.Globalization;
using System.Text;

namespace Otedama;

/// <summary>Writes samples in Prometheus' text format 0.0.4.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    public void Head(string name, string type, string help) =>
        _text.Append($"# HELP {name} {help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n# TYPE {name} {type}\n");

    public void Sample(string name, IReadOnlyList<string> labels, IReadOnlyList<string> labelValues, double value)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Count; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i]).Append("=\"").Append(Escape(labelValues[i])).Append('"');
        }
        _text.Append(labels.Count > 0 ? "} " : " ").Append(Number(value)).Append('\n');
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    public static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
