using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama;

/// <summary>Turns a message into one line of UTF-8, for people or for programs.</summary>
internal static class LogFormat
{
    private const string MessageTemplateField = "{OriginalFormat}";

    private static readonly JsonWriterOptions s_json = new() { SkipValidation = true };

    /// <summary>
    /// Local time with its offset, level, category, message. With date for files, which are read on another day; a remote
    /// peer's text cannot forge a second line or move the cursor.
    /// </summary>
    public static void WriteText(LogLine line, bool colour, bool date, IBufferWriter<byte> output)
    {
        StringBuilder text = new(160);
        text.Append(line.Time.ToString(date ? "yyyy-MM-dd HH:mm:ss.fffzzz" : "HH:mm:sszzz", CultureInfo.InvariantCulture)).Append(' ');
        (string on, string off) = colour ? (Colour(line.Level), "\x1b[0m") : ("", "");
        text.Append(on).Append(line.LevelName.PadRight(5)).Append(off).Append(' ');
        text.Append(LogLevels.Name(line.Category)).Append(": ").Append(PlainText.Of(line.Message));
        if (line.Exception is { } exception)
        {
            // A full trace only where somebody looks for one; operators get the reason.
            text.Append(" [").Append(exception.GetType().Name).Append(": ").Append(PlainText.Of(exception.Message)).Append(']');
            if (line.Level >= LogLevel.Error && exception.StackTrace is { } trace)
            {
                text.Append('\n').Append(trace);
            }
        }
        text.Append('\n');
        string whole = text.ToString();
        Span<byte> target = output.GetSpan(Encoding.UTF8.GetMaxByteCount(whole.Length));
        output.Advance(Encoding.UTF8.GetBytes(whole, target));
    }

    public static void WriteJson(LogLine line, IBufferWriter<byte> output)
    {
        using (Utf8JsonWriter writer = new(output, s_json))
        {
            writer.WriteStartObject();
            writer.WriteString("time", line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("level", line.LevelName);
            writer.WriteString("category", LogLevels.Name(line.Category));
            if (line.Event.Name is { Length: > 0 } name)
            {
                writer.WriteString("event", name);
            }
            writer.WriteString("message", line.Message);
            foreach ((string key, object? value) in line.Fields)
            {
                if (key != MessageTemplateField)
                {
                    WriteField(writer, Snake(key), value);
                }
            }
            if (line.Exception is { } exception)
            {
                writer.WriteString("exception", exception.ToString());
            }
            writer.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void WriteField(Utf8JsonWriter writer, string key, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull(key);
                break;
            case bool flag:
                writer.WriteBoolean(key, flag);
                break;
            case int or long or short or byte or uint or ushort:
                writer.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                writer.WriteNumber(key, number);
                break;
            case double or float:
                double real = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                writer.WriteNumber(key, double.IsFinite(real) ? real : 0);
                break;
            case decimal number:
                writer.WriteNumber(key, number);
                break;
            default:
                writer.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>"PoolName" as "pool_name".</summary>
    private static string Snake(string name)
    {
        StringBuilder text = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && !char.IsUpper(name[i - 1]))
            {
                text.Append('_');
            }
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    private static string Colour(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "\x1b[90m",
        LogLevel.Information => "\x1b[36m",
        LogLevel.Warning => "\x1b[33m",
        _ => "\x1b[31m",
    };
}
