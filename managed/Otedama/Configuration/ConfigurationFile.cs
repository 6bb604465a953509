using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Otedama;

/// <summary>
/// Reads YAML into raw values with line numbers. Built on the event stream, so that nesting and size are limited before
/// anything recurses.
/// </summary>
internal static class ConfigurationFile
{
    private const int BytesMax = 1 << 20;
    private const int DepthMax = 16;
    private const int NodesMax = 20_000;

    /// <summary>Throws ConfigurationException naming file and line.</summary>
    public static RawMap Read(string path)
    {
        string name = Path.GetFileName(path);
        return Parse(ReadText(path), name);
    }

    public static RawMap Parse(string text, string name)
    {
        try
        {
            Parser parser = new(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _))
            {
                return new RawMap([], 0);
            }
            parser.Consume<DocumentStart>();
            int nodes = 0;
            RawValue root = ReadNode(parser, name, 0, ref nodes);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _))
            {
                throw new ConfigurationException($"{name}: holds more than one document (a second \"---\"); allowed is one");
            }
            return root switch
            {
                RawMap map => map,
                RawScalar { Text: "" } => new RawMap([], 0),
                _ => throw new ConfigurationException($"{name} line {root.Line}: expected keys such as \"mining:\", found a {(root is RawList ? "list" : "plain value")}"),
            };
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{name} line {e.Start.Line}, column {e.Start.Column}: not valid YAML: {Reason(e)}");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            // Some malformed input ends in these instead of YamlException (an unclosed "[" for one).
            throw new ConfigurationException($"{name}: not valid YAML: {e.Message}");
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new ConfigurationException($"{path}: is a directory. Give the path of a YAML file, or print one with: otedama config sample");
            }
            // Read with a limit: a device or a pipe has no length to look at beforehand.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[BytesMax + 1];
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > BytesMax)
            {
                throw new ConfigurationException($"{path}: more bytes than a configuration may have ({BytesMax})");
            }
            using StreamReader reader = new(new MemoryStream(bytes, 0, count));
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new ConfigurationException($"{path}: cannot be read: {reason}. Give the path of a YAML file, or print one with: otedama config sample");
        }
    }

    private static RawValue ReadNode(Parser parser, string name, int depth, ref int nodes)
    {
        ParsingEvent current = parser.Current ?? throw new ConfigurationException($"{name}: ends in the middle of a value");
        int line = (int)current.Start.Line;
        if (depth > DepthMax || ++nodes > NodesMax)
        {
            throw new ConfigurationException($"{name} line {line}: nested deeper than {DepthMax} levels or more than {NodesMax} values");
        }
        if (parser.TryConsume<Scalar>(out Scalar? scalar))
        {
            bool isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~";
            return new RawScalar(isNull ? "" : scalar.Value, line);
        }
        if (parser.TryConsume<SequenceStart>(out _))
        {
            List<RawValue> items = [];
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(parser, name, depth + 1, ref nodes));
            }
            return new RawList(items, line);
        }
        if (parser.TryConsume<MappingStart>(out _))
        {
            return ReadMap(parser, name, depth, line, ref nodes);
        }
        throw new ConfigurationException($"{name} line {line}: anchors and aliases (& and *) are not used in configuration files; write the value out");
    }

    private static RawMap ReadMap(Parser parser, string name, int depth, int line, ref int nodes)
    {
        List<KeyValuePair<RawScalar, RawValue>> entries = [];
        HashSet<string> seen = [];
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            RawValue key = ReadNode(parser, name, depth + 1, ref nodes);
            if (key is not RawScalar scalar)
            {
                throw new ConfigurationException($"{name} line {key.Line}: a key must be a plain word");
            }
            if (!seen.Add(scalar.Text))
            {
                throw new ConfigurationException($"{name} line {scalar.Line}: \"{SettingTypes.Shorten(scalar.Text)}\" stands twice in the same group; keep one");
            }
            entries.Add(new(scalar, ReadNode(parser, name, depth + 1, ref nodes)));
        }
        return new RawMap(entries, line);
    }

    private static string Reason(YamlException e)
    {
        string message = e.InnerException?.Message ?? e.Message;
        int colon = message.LastIndexOf("): ", StringComparison.Ordinal);
        return colon >= 0 ? message[(colon + 3)..] : message;
    }
}
