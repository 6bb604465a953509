using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Otedama;

/// <summary>
/// One YAML document as raw values with line numbers. Built on the event stream, so that nesting and size are limited
/// before anything recurses.
/// </summary>
internal sealed class YamlTree(string text, string name)
{
    private const int DepthMax = 16;
    private const int NodesMax = 20_000;

    private readonly Parser _parser = new(new StringReader(text));
    private readonly Stack<(string Bracket, int Line)> _open = []; // bracket is empty for what is closed by indentation
    private int _nodes;

    /// <summary>Line of the last value begun, from 1; 0 before the first.</summary>
    public int LastLine { get; private set; }

    /// <summary>A sentence about the innermost bracket that was opened and not closed; null when none is.</summary>
    public string? Unclosed => _open.FirstOrDefault(static o => o.Bracket.Length > 0) is { Line: > 0 } open
        ? $"the \"{open.Bracket}\" of line {open.Line} is not closed"
        : null;

    /// <summary>Throws ConfigurationException, YamlException, and what the parser throws beside it.</summary>
    public RawMap Read()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return new RawMap([], 0);
        }
        _parser.Consume<DocumentStart>();
        RawValue root = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            throw new ConfigurationException(
                $"{name}: holds more than one document (a second \"---\"); allowed is one");
        }
        return root switch
        {
            RawMap map => map,
            RawScalar { Text: "" } => new RawMap([], 0),
            _ => throw new ConfigurationException(
                $"{name} line {root.Line}: expected keys such as \"mining:\", found a "
                + $"{(root is RawList ? "list" : "plain value")}"),
        };
    }

    /// <summary>
    /// Where the mistake stands, in words: the parser names the end of the file for what was opened and never closed,
    /// and the key above for a tab in the indentation of the next line.
    /// </summary>
    public string Where(YamlException e)
    {
        string[] lines = text.Split('\n');
        int line = (int)Math.Clamp(e.Start.Line, 1, lines.Length);
        int tab = Array.FindIndex(lines, line - 1, static l => l[..^l.TrimStart().Length].Contains('\t'));
        if (e.Message.Contains("tab", StringComparison.Ordinal) && tab >= 0)
        {
            return $"line {tab + 1}, column {lines[tab].IndexOf('\t') + 1}";
        }
        bool atEnd = lines.Skip(line - 1).All(static l => l.Trim().Length == 0)
            || (line == lines.Length && e.Start.Column > lines[^1].Length);
        if (!atEnd && e.Start.Line <= lines.Length)
        {
            return $"line {line}, column {e.Start.Column}";
        }
        if (Unclosed is { } sentence)
        {
            return $"line {_open.First(static o => o.Bracket.Length > 0).Line} ({sentence})";
        }
        int last = Array.FindLastIndex(lines, static l => l.Trim().Length > 0);
        return $"line {Math.Max(1, last + 1)}";
    }

    private void Open(string bracket, bool flow, int line) => _open.Push((flow ? bracket : "", line));

    private RawValue ReadNode(int depth)
    {
        ParsingEvent current = _parser.Current
            ?? throw new ConfigurationException($"{name}: ends in the middle of a value");
        int line = (int)current.Start.Line;
        if (depth > DepthMax || ++_nodes > NodesMax)
        {
            throw new ConfigurationException(
                $"{name} line {line}: nested deeper than {DepthMax} levels or more than {NodesMax} values");
        }
        if (_parser.TryConsume<Scalar>(out Scalar? scalar))
        {
            bool isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~";
            return new RawScalar(isNull ? "" : scalar.Value, line);
        }
        LastLine = line;
        if (_parser.TryConsume<SequenceStart>(out SequenceStart? sequence))
        {
            Open("[", sequence.Style == SequenceStyle.Flow, line);
            List<RawValue> items = [];
            while (!_parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(depth + 1));
            }
            _open.Pop();
            return new RawList(items, line);
        }
        if (_parser.TryConsume<MappingStart>(out MappingStart? mapping))
        {
            Open("{", mapping.Style == MappingStyle.Flow, line);
            RawMap map = ReadMap(depth, line);
            _open.Pop();
            return map;
        }
        throw new ConfigurationException(
            $"{name} line {line}: anchors and aliases (& and *) are not used in configuration files; write the value "
            + "out");
    }

    private RawMap ReadMap(int depth, int line)
    {
        List<KeyValuePair<RawScalar, RawValue>> entries = [];
        HashSet<string> seen = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            RawValue key = ReadNode(depth + 1);
            if (key is not RawScalar scalar)
            {
                throw new ConfigurationException($"{name} line {key.Line}: a key must be a plain word");
            }
            if (!seen.Add(scalar.Text))
            {
                throw new ConfigurationException(
                    $"{name} line {scalar.Line}: \"{SettingTypes.Shorten(scalar.Text)}\" stands twice in the same "
                    + "group; keep one");
            }
            entries.Add(new(scalar, ReadNode(depth + 1)));
        }
        return new RawMap(entries, line);
    }
}
