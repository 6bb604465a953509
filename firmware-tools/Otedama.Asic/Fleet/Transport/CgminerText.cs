using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// The text form of cgminer replies: sections end with a bar, fields with a comma, a backslash stands before each of
/// comma, equals sign, bar and backslash in a value; CMD=name begins a part of a joined reply. Gives the shape the JSON
/// form has, with every value a string. Never throws.
/// </summary>
public static class CgminerText
{
    /// <summary>More sections than any reply of 64 KiB of a real miner has.</summary>
    private const int SectionsMax = 1024;

    private static readonly SearchValues<byte> s_special = SearchValues.Create("\\|"u8);

    /// <summary>Whether these bytes look like that form rather than like JSON.</summary>
    public static bool Is(ReadOnlySpan<byte> reply)
    {
        int start = reply.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || reply[start] is (byte)'{' or (byte)'[' or (byte)'"' or (byte)',')
        {
            return false;
        }
        ReadOnlySpan<byte> rest = reply[start..];
        return rest.StartsWith("STATUS="u8) || rest.StartsWith("CMD="u8);
    }

    public static TolerantReply Read(ReadOnlySpan<byte> reply)
    {
        int nul = reply.IndexOf((byte)0);
        List<ReplyRepair> made = [];
        if (nul >= 0 && reply[nul..].IndexOfAnyExcept("\0\r\n"u8) >= 0)
        {
            made.Add(new ReplyRepair(RepairKind.Trailing, nul + 1));
        }
        ReadOnlySpan<byte> text = (nul < 0 ? reply : reply[..nul]).TrimEnd("\r\n"u8);
        List<(string Command, List<List<(string Key, string Value)>> Sections)> parts = [("", [])];
        int start = 0;
        int sections = 0;
        while (EndOfSection(text, start) is int end)
        {
            if (++sections > SectionsMax)
            {
                return new TolerantReply { IsText = true, Problem = $"it has more than {SectionsMax} sections", Offset = start };
            }
            List<(string Key, string Value)> fields = Fields(text[start..end], start, made);
            start = end + 1;
            if (fields.Count > 0 && fields[0].Key == "CMD")
            {
                parts.Add((fields[0].Value, []));
            }
            else if (fields.Count > 0)
            {
                parts[^1].Sections.Add(fields);
            }
        }
        bool truncated = start < text.Length;
        if (sections == 0 && !truncated)
        {
            return new TolerantReply { IsText = true, Problem = "it is empty", Offset = 0 };
        }
        return new TolerantReply
        {
            Root = Json(parts),
            IsText = true,
            Repairs = made.Count,
            Made = [.. made.Take(64)],
            Truncated = truncated,
            Problem = truncated ? "it breaks off inside a section" : null,
            Offset = truncated ? text.Length : null,
        };
    }

    private static int? EndOfSection(ReadOnlySpan<byte> text, int start)
    {
        int at = start;
        while (at < text.Length)
        {
            int found = text[at..].IndexOfAny(s_special);
            if (found < 0)
            {
                return null;
            }
            at += found;
            if (text[at] == '|')
            {
                return at;
            }
            at += 2;
        }
        return null;
    }

    private static List<(string Key, string Value)> Fields(ReadOnlySpan<byte> section, int offset, List<ReplyRepair> made)
    {
        List<(string Key, string Value)> fields = [];
        List<byte> text = [];
        string? key = null;
        int begin = 0;
        for (int i = 0; i <= section.Length; i++)
        {
            if (i == section.Length || section[i] == ',')
            {
                string value = Word(text);
                // A name alone begins a section: SUMMARY,Elapsed=28
                if (key is not null)
                {
                    fields.Add((key, value));
                }
                else if (value.Length > 0)
                {
                    fields.Add((value, ""));
                    if (fields.Count > 1)
                    {
                        made.Add(new ReplyRepair(RepairKind.MissingValue, offset + begin));
                    }
                }
                key = null;
                text.Clear();
                begin = i + 1;
            }
            else if (section[i] == '\\' && i + 1 < section.Length)
            {
                text.Add(section[++i]);
            }
            else if (section[i] == '=' && key is null)
            {
                key = Word(text);
                text.Clear();
            }
            else
            {
                text.Add(section[i]);
            }
        }
        return fields;
    }

    private static string Word(List<byte> text) => Encoding.UTF8.GetString(text.ToArray());

    private static JsonElement Json(List<(string Command, List<List<(string Key, string Value)>> Sections)> parts)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            foreach ((string command, List<List<(string Key, string Value)>> sections) in parts)
            {
                if (command.Length > 0)
                {
                    writer.WriteStartArray(command);
                    writer.WriteStartObject();
                }
                Write(writer, sections);
                if (command.Length > 0)
                {
                    writer.WriteEndObject();
                    writer.WriteEndArray();
                }
            }
            writer.WriteEndObject();
        }
        using JsonDocument document = JsonDocument.Parse(bytes.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, List<List<(string Key, string Value)>> sections)
    {
        foreach (IGrouping<string, List<(string Key, string Value)>> group in sections.GroupBy(static section => NameOf(section[0].Key)))
        {
            writer.WriteStartArray(group.Key);
            foreach (List<(string Key, string Value)> section in group)
            {
                writer.WriteStartObject();
                foreach ((string key, string value) in section.Where(static (field, i) => i > 0 || field.Value.Length > 0))
                {
                    writer.WriteString(key, value);
                }
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
    }

    /// <summary>The name the JSON form gives to a list of such sections.</summary>
    private static string NameOf(string first) => first switch
    {
        "POOL" => "POOLS",
        "ASC" or "PGA" or "GPU" => "DEVS",
        "COIN" => "COIN",
        _ => first,
    };
}
