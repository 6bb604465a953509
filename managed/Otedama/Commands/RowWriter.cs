using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Otedama;

/// <summary>
/// Rows as CSV with a header line (RFC 4180, values quoted where they must be), or as one JSON object a line.
/// </summary>
internal sealed class RowWriter
{
    private readonly TextWriter _out;
    private readonly IReadOnlyList<string> _columns;
    private readonly bool _json;
    private readonly StringBuilder _text = new();

    public RowWriter(TextWriter output, IReadOnlyList<string> columns, bool json)
    {
        (_out, _columns, _json) = (output, columns, json);
        if (!json)
        {
            _text.AppendJoin(',', columns).Append('\n');
        }
    }

    public void Write(object[] values)
    {
        _text.Append(_json ? "{\"schema\":1" : "");
        for (int i = 0; i < values.Length; i++)
        {
            _text.Append(i > 0 || _json ? "," : "");
            if (_json)
            {
                _text.Append('"').Append(_columns[i]).Append("\":");
            }
            Append(values[i]);
        }
        _text.Append(_json ? "}\n" : "\n");
        if (_text.Length > 64 * 1024)
        {
            End();
        }
    }

    /// <summary>Writes what is left.</summary>
    public void End()
    {
        _out.Write(_text.ToString());
        _out.Flush();
        _text.Clear();
    }

    private void Append(object value)
    {
        switch (value)
        {
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case string text when _json:
                _text.Append('"').Append(JsonEncodedText.Encode(text, JavaScriptEncoder.Default)).Append('"');
                break;
            case string text:
                _text.Append(Quoted(text));
                break;
            default:
                _text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }

    /// <summary>
    /// A worker's name is a stranger's text: one that a spreadsheet would take for a formula is marked as text by an
    /// apostrophe, and control characters become spaces.
    /// </summary>
    private static string Quoted(string text)
    {
        string plain = string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));
        if (plain.Length > 0 && plain[0] is '=' or '+' or '-' or '@')
        {
            plain = "'" + plain;
        }
        return plain.AsSpan().IndexOfAny(',', '"') < 0 ? plain : $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
