using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Reads what miners call JSON. Goes through the bytes once, writes a well-formed copy with every repair counted, and
/// gives that copy to the ordinary reader. Never throws, whatever the bytes; time and memory are linear in them.
/// inf and nan become -0, which is 0 to whoever reads on and "unknown" to ReplyValues.
/// </summary>
public static class TolerantJson
{
    /// <summary>No real reply nests deeper than six.</summary>
    private const int DepthMax = 32;

    /// <summary>That many repairs are kept with their place; all are counted.</summary>
    private const int RepairsKeptMax = 64;

    public static TolerantReply Read(ReadOnlySpan<byte> reply)
    {
        Scanner scanner = new(reply);
        scanner.Run();
        return scanner.Result();
    }

    private enum Expect
    {
        /// <summary>In an object a key, in an array a value, or the closing bracket.</summary>
        Member,
        Colon,
        Value,

        /// <summary>A comma or the closing bracket.</summary>
        Comma,
    }

    private sealed class Frame(bool isObject)
    {
        public bool IsObject { get; } = isObject;

        public Expect Expect { get; set; }

        public bool AfterComma { get; set; }

        public int Members { get; set; }

        /// <summary>Of an object, as they were written.</summary>
        public HashSet<string> Keys { get; } = [];

        /// <summary>Stray opening braces whose closing ones have to be left out too.</summary>
        public int Extra { get; set; }

        /// <summary>Length of the output up to the last complete member.</summary>
        public int Good { get; set; }
    }

    private ref struct Scanner
    {
        private readonly ReadOnlySpan<byte> _in;
        private readonly ArrayBufferWriter<byte> _out;
        private readonly List<Frame> _open = [];
        private readonly List<ReplyRepair> _made = [];
        private int _at;
        private int _repairs;
        private bool _done;
        private bool _truncated;
        private int _rootGood;
        private bool _rootIsObject;
        private string? _problem;
        private int? _offset;

        public Scanner(ReadOnlySpan<byte> reply)
        {
            int nul = reply.IndexOf((byte)0);
            _in = nul < 0 ? reply : reply[..nul];
            _out = new ArrayBufferWriter<byte>(_in.Length + 64);
            if (nul >= 0 && reply[nul..].IndexOfAnyExcept("\0\r\n"u8) >= 0)
            {
                Repair(RepairKind.Trailing, nul + 1);
            }
        }

        public void Run()
        {
            if (_in.StartsWith("\uFEFF"u8))
            {
                Repair(RepairKind.Stray);
                _at = 3;
            }
            while (_problem is null && !_done)
            {
                SkipSpace();
                if (_at >= _in.Length)
                {
                    End();
                    return;
                }
                if (_open.Count == 0)
                {
                    Root();
                }
                else if (_open[^1].IsObject)
                {
                    InObject(_open[^1]);
                }
                else
                {
                    InArray(_open[^1]);
                }
            }
            SkipSpace();
            if (_done && _at < _in.Length)
            {
                Repair(RepairKind.Trailing);
            }
        }

        public readonly TolerantReply Result()
        {
            JsonElement? root = null;
            string? problem = _problem;
            if (_done || _truncated)
            {
                ArrayBufferWriter<byte> text = new(_out.WrittenCount + 1);
                text.Write(_out.WrittenSpan[..(_truncated ? _rootGood : _out.WrittenCount)]);
                if (_truncated)
                {
                    text.Write(_rootIsObject ? "}"u8 : "]"u8);
                }
                try
                {
                    using JsonDocument document = JsonDocument.Parse(text.WrittenMemory);
                    root = document.RootElement.Clone();
                }
                catch (JsonException e)
                {
                    problem = $"it could not be repaired ({e.Message})";
                }
            }
            return new TolerantReply
            {
                Root = root,
                Repairs = _repairs,
                Made = _made,
                Truncated = _truncated,
                Problem = problem,
                Offset = problem is null ? null : _offset ?? _at,
            };
        }

        private void End()
        {
            if (_open.Count == 0)
            {
                Fail("it is empty");
                return;
            }
            _truncated = true;
            _rootGood = _open[0].Good;
            _rootIsObject = _open[0].IsObject;
            _problem = $"it breaks off inside {_open.Count} open bracket{(_open.Count == 1 ? "" : "s")}";
            _offset = _in.Length;
        }

        private void Fail(string problem)
        {
            _problem = problem;
            _offset = _at;
        }

        private void Root()
        {
            switch (_in[_at])
            {
                case (byte)'{':
                case (byte)'[':
                    Open();
                    break;
                case (byte)',':
                    Repair(RepairKind.LeadingComma);
                    _at++;
                    break;
                case (byte)'"':
                    Repair(RepairKind.MissingOpening);
                    Push(isObject: true);
                    break;
                case (byte)'}':
                case (byte)']':
                case (byte)':':
                    Repair(RepairKind.Stray);
                    _at++;
                    break;
                default:
                    Fail("it does not begin as JSON does");
                    break;
            }
        }

        private void InObject(Frame frame)
        {
            byte here = _in[_at];
            switch (frame.Expect)
            {
                case Expect.Member when here == '}':
                case Expect.Comma when here == '}':
                    CloseObject(frame);
                    break;
                case Expect.Member when here is (byte)',':
                    Repair(RepairKind.LeadingComma);
                    _at++;
                    break;
                case Expect.Member when here is (byte)'{' or (byte)'[':
                    // "]{" between two parts of one object: the brace is too much, and so is the one that closes it.
                    Repair(RepairKind.Stray);
                    frame.Extra += here == '{' ? 1 : 0;
                    _at++;
                    break;
                case Expect.Member when here == ':':
                    Repair(RepairKind.Stray);
                    _at++;
                    break;
                case not Expect.Value when here == ']':
                    Mismatch(frame);
                    break;
                case Expect.Member:
                    Comma(frame);
                    Key(frame, here);
                    frame.AfterComma = false;
                    frame.Expect = Expect.Colon;
                    break;
                case Expect.Colon:
                    Colon(frame, here);
                    break;
                case Expect.Value when here is (byte)',' or (byte)'}' or (byte)']':
                    Repair(RepairKind.MissingValue);
                    Put("null"u8);
                    Complete(frame);
                    break;
                case Expect.Value:
                    Value(frame);
                    break;
                default:
                    AfterValue(frame, here);
                    break;
            }
        }

        /// <summary>Of a name that comes twice in one object the last counts, as for any reader; it is told.</summary>
        private void Key(Frame frame, byte here)
        {
            int at = _at;
            int before = _out.WrittenCount;
            if (here == '"')
            {
                String(isKey: true);
            }
            else
            {
                Bare(isKey: true);
            }
            if (!frame.Keys.Add(Encoding.UTF8.GetString(_out.WrittenSpan[before..])))
            {
                Repair(RepairKind.DuplicateKey, at);
            }
        }

        /// <summary>Between a key and its value.</summary>
        private void Colon(Frame frame, byte here)
        {
            if (here == '"' && FollowedBy(":"u8))
            {
                Repair(RepairKind.DoubledQuote);
                _at++;
                return;
            }
            if (here is (byte)',' or (byte)'}')
            {
                Repair(RepairKind.MissingValue);
                Put(":null"u8);
                Complete(frame);
                return;
            }
            if (here != ':')
            {
                Repair(RepairKind.MissingColon);
            }
            _at += here is (byte)':' or (byte)'=' ? 1 : 0;
            Put(":"u8);
            frame.Expect = Expect.Value;
        }

        private void InArray(Frame frame)
        {
            byte here = _in[_at];
            if (here == ']')
            {
                if (frame.AfterComma && frame.Expect == Expect.Member)
                {
                    Repair(RepairKind.TrailingComma);
                }
                _at++;
                Close(frame);
            }
            else if (here == '}')
            {
                Mismatch(frame);
            }
            else if (frame.Expect == Expect.Comma)
            {
                AfterValue(frame, here);
            }
            else if (here is (byte)',' or (byte)':')
            {
                Repair(here == ',' ? RepairKind.LeadingComma : RepairKind.Stray);
                _at++;
            }
            else
            {
                Comma(frame);
                frame.AfterComma = false;
                Value(frame);
            }
        }

        private void AfterValue(Frame frame, byte here)
        {
            if (here == ',')
            {
                _at++;
                frame.AfterComma = true;
            }
            else if (here == '"' && FollowedBy(",}]"u8))
            {
                Repair(RepairKind.DoubledQuote);
                _at++;
                return;
            }
            else
            {
                Repair(RepairKind.MissingComma);
            }
            frame.Expect = Expect.Member;
        }

        private void CloseObject(Frame frame)
        {
            if (frame.AfterComma && frame.Expect == Expect.Member)
            {
                Repair(RepairKind.TrailingComma);
            }
            _at++;
            if (frame.Extra > 0 && _in[_at..].IndexOfAnyExcept(" \t\r\n"u8) >= 0)
            {
                frame.Extra--;
                frame.AfterComma = false;
                frame.Expect = frame.Members > 0 ? Expect.Comma : Expect.Member;
                return;
            }
            Close(frame);
        }

        /// <summary>A bracket of the other kind: closes what is open inside its own, or belongs nowhere.</summary>
        private void Mismatch(Frame frame)
        {
            bool wanted = !frame.IsObject;
            bool has = false;
            foreach (Frame outer in _open)
            {
                has |= outer.IsObject == wanted;
            }
            if (!has)
            {
                Repair(RepairKind.Stray);
                _at++;
                return;
            }
            Repair(RepairKind.MissingClosing);
            if (frame.Expect == Expect.Colon)
            {
                Put(":null"u8);
            }
            Close(frame);
        }

        private void Value(Frame frame)
        {
            byte here = _in[_at];
            if (here is (byte)'{' or (byte)'[')
            {
                frame.Expect = Expect.Comma;
                Open();
                return;
            }
            bool ended = here == '"' ? String(isKey: false) : Bare(isKey: false);
            frame.Expect = Expect.Comma;
            frame.Members++;
            if (ended)
            {
                frame.Good = _out.WrittenCount;
            }
        }

        private void Open()
        {
            bool isObject = _in[_at] == '{';
            if (_open.Count >= DepthMax)
            {
                Fail($"it nests deeper than {DepthMax}");
                return;
            }
            _at++;
            Push(isObject);
        }

        private void Push(bool isObject)
        {
            Put(isObject ? "{"u8 : "["u8);
            _open.Add(new Frame(isObject) { Good = _out.WrittenCount });
        }

        private void Close(Frame frame)
        {
            Put(frame.IsObject ? "}"u8 : "]"u8);
            _open.RemoveAt(_open.Count - 1);
            if (_open.Count == 0)
            {
                _done = true;
                return;
            }
            Complete(_open[^1]);
        }

        private readonly void Complete(Frame frame)
        {
            frame.Expect = Expect.Comma;
            frame.Members++;
            frame.Good = _out.WrittenCount;
        }

        private readonly void Comma(Frame frame)
        {
            if (frame.Members > 0)
            {
                Put(","u8);
            }
        }

        /// <returns>False when the reply ended inside it.</returns>
        private bool String(bool isKey)
        {
            _at++;
            if (isKey && _at + 1 < _in.Length && _in[_at] == '"' && IsWord(_in[_at + 1]))
            {
                Repair(RepairKind.DoubledQuote);
                _at++;
            }
            int quote = _in.Slice(_at, Math.Min(16, _in.Length - _at)).IndexOf((byte)'"');
            if (!isKey && quote >= 0 && IsNotANumber(_in.Slice(_at, quote)))
            {
                Repair(RepairKind.NotANumber);
                Put("-0"u8);
                _at += quote + 1;
                return true;
            }
            Put("\""u8);
            while (_at < _in.Length)
            {
                byte here = _in[_at];
                if (here == '"')
                {
                    _at++;
                    Put("\""u8);
                    return true;
                }
                Character(here);
            }
            return false;
        }

        private void Character(byte here)
        {
            if (here == '\\')
            {
                Escape();
            }
            else if (here is (byte)'\n' or (byte)'\r')
            {
                Repair(RepairKind.RawNewline);
                _at++;
            }
            else if (here < 0x20)
            {
                PutEscaped(here);
                _at++;
            }
            else if (here < 0x80)
            {
                Put(_in.Slice(_at, 1));
                _at++;
            }
            else if (Rune.DecodeFromUtf8(_in[_at..], out _, out int length) == OperationStatus.Done)
            {
                Put(_in.Slice(_at, length));
                _at += length;
            }
            else
            {
                Repair(RepairKind.BadUtf8);
                Put("\uFFFD"u8);
                _at += Math.Max(1, length);
            }
        }

        private void Escape()
        {
            if (_at + 1 < _in.Length && "\"\\/bfnrt"u8.Contains(_in[_at + 1]))
            {
                Put(_in.Slice(_at, 2));
                _at += 2;
                return;
            }
            if (Unit(_at) is not int unit)
            {
                Repair(RepairKind.BadEscape);
                _at++; // what follows stands for itself
                return;
            }
            int length = 6;
            bool good = !char.IsSurrogate((char)unit);
            if (char.IsHighSurrogate((char)unit) && Unit(_at + 6) is int low && char.IsLowSurrogate((char)low))
            {
                (good, length) = (true, 12);
            }
            if (good)
            {
                Put(_in.Slice(_at, length));
            }
            else
            {
                Repair(RepairKind.BadEscape);
                Put("\uFFFD"u8);
            }
            _at += length;
        }

        /// <summary>The number of a \uXXXX at that place.</summary>
        private readonly int? Unit(int at) =>
            at + 6 <= _in.Length && _in[at] == '\\' && _in[at + 1] == 'u'
            && Utf8Parser.TryParse(_in.Slice(at + 2, 4), out uint unit, out int used, 'x') && used == 4
                ? (int)unit : null;

        /// <returns>False when the reply ended with it.</returns>
        private bool Bare(bool isKey)
        {
            int start = _at;
            while (_at < _in.Length && _in[_at] > 0x20 && !",:{}[]\"="u8.Contains(_in[_at]))
            {
                _at++;
            }
            if (_at == start)
            {
                _at++; // an equals sign where a word should be
            }
            ReadOnlySpan<byte> word = _in[start.._at];
            string text = Encoding.UTF8.GetString(word);
            if (!isKey && text is "true" or "false" or "null")
            {
                Put(word);
            }
            else if (!isKey && IsNotANumber(word))
            {
                Repair(RepairKind.NotANumber, start);
                Put("-0"u8);
            }
            else if (!isKey && double.TryParse(
                text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            {
                Number(word, number, start);
            }
            else
            {
                Repair(RepairKind.BareWord, start);
                Put("\""u8);
                Put(JsonEncodedText.Encode(text).EncodedUtf8Bytes);
                Put("\""u8);
            }
            return _at < _in.Length;
        }

        private void Number(ReadOnlySpan<byte> word, double number, int start)
        {
            if (!double.IsFinite(number))
            {
                Repair(RepairKind.NotANumber, start);
                Put("-0"u8);
            }
            else if (IsJsonNumber(word))
            {
                // A real minus nothing is nothing: -0 is the mark for unknown.
                Put(word.SequenceEqual("-0"u8) ? "0"u8 : word);
            }
            else
            {
                Repair(RepairKind.OddNumber, start);
                Put(Encoding.UTF8.GetBytes(number == 0 ? "0" : number.ToString("R", CultureInfo.InvariantCulture)));
            }
        }

        private static bool IsJsonNumber(ReadOnlySpan<byte> word)
        {
            Utf8JsonReader reader = new(word);
            try
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == word.Length;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        private static bool IsNotANumber(ReadOnlySpan<byte> word)
        {
            ReadOnlySpan<byte> bare = word.Length > 0 && word[0] is (byte)'-' or (byte)'+' ? word[1..] : word;
            return bare.Length is 3 or 8
                && (Ascii.EqualsIgnoreCase(bare, "inf"u8) || Ascii.EqualsIgnoreCase(bare, "nan"u8)
                    || Ascii.EqualsIgnoreCase(bare, "infinity"u8));
        }

        private static bool IsWord(byte here) => char.IsAsciiLetterOrDigit((char)here) || here == '_';

        /// <summary>Whether one of them comes next after this byte.</summary>
        private readonly bool FollowedBy(ReadOnlySpan<byte> any)
        {
            int next = _in[(_at + 1)..].IndexOfAnyExcept(" \t\r\n"u8);
            return next >= 0 && any.Contains(_in[_at + 1 + next]);
        }

        private void SkipSpace()
        {
            while (_at < _in.Length && (_in[_at] <= 0x20 || _in[_at] == 0x7F))
            {
                _at++;
            }
        }

        private readonly void Put(ReadOnlySpan<byte> bytes) => _out.Write(bytes);

        private readonly void PutEscaped(byte control) => Put(Encoding.ASCII.GetBytes($"\\u{control:x4}"));

        private void Repair(RepairKind kind, int? at = null)
        {
            _repairs++;
            if (_made.Count < RepairsKeptMax)
            {
                _made.Add(new ReplyRepair(kind, at ?? _at));
            }
        }
    }
}
