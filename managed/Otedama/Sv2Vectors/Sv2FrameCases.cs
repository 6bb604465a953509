using System.Text.Json;
using Otedama.Wire;

namespace Otedama;

/// <summary>Section frames: decoded, every field compared, and encoded again from the vector's fields.</summary>
internal static class Sv2FrameCases
{
    public static string? Check(Sv2Case one)
    {
        byte[] frame = one.Bytes("frame");
        string message = one.Text("message");
        if (frame.Length < Sv2Header.Size)
        {
            throw new FormatException($"\"frame\" has {frame.Length} bytes, a header alone has {Sv2Header.Size}");
        }
        Sv2Header header = Sv2Header.Read(frame);
        if (header.Type is not { } type || NameOf(type) != message)
        {
            return $"type {header.MessageType:x2} of extension {header.Extension} is "
                + (header.Type is { } other ? NameOf(other) : "no message");
        }
        string? wrong = Sv2Text.Differs("extension", (long)one.Number("extension", ushort.MaxValue), header.Extension)
            ?? Sv2Text.Differs("type", (long)one.Number("type", byte.MaxValue), header.MessageType)
            ?? Sv2Text.Differs("payload_length", (long)one.Number("payload_length", Sv2Header.LengthMax), header.Length)
            ?? Sv2Text.Differs("bytes after the header", header.Length, frame.Length - Sv2Header.Size)
            ?? Sv2Text.Differs("channel_msg", one.Flag("channel_msg") ? 1 : 0, Sv2Messages.IsOfChannel(type) ? 1 : 0);
        if (wrong is not null)
        {
            return wrong;
        }
        Both both = new(frame, one.Inner("fields").Element);
        Sv2Messages.Visit(type, ref both);
        return both.Problem;
    }

    /// <summary>The name as the specification writes it: an answer has a dot.</summary>
    public static string NameOf(Sv2Type type)
    {
        string name = type.ToString();
        foreach (string answer in (string[])["Success", "Error"])
        {
            if (name.EndsWith(answer, StringComparison.Ordinal))
            {
                return string.Concat(name.AsSpan(0, name.Length - answer.Length), ".", answer);
            }
        }
        return name;
    }

    private ref struct Both(ReadOnlySpan<byte> frame, JsonElement fields) : ISv2Visitor
    {
        private readonly ReadOnlySpan<byte> _frame = frame;

        public string? Problem { get; private set; }

        public void On<TMessage>()
            where TMessage : struct, ISv2Message, allows ref struct
        {
            ReadOnlySpan<byte> payload = _frame[Sv2Header.Size..];
            if (!Sv2Messages.TryRead(payload, out TMessage decoded, out ReadOnlySpan<byte> rest, out Sv2Fault fault))
            {
                Problem = $"cannot be decoded: {fault}";
                return;
            }
            List<string> differences = [];
            Sv2FieldsFromJson compare = new(fields, differences);
            decoded.Visit(ref compare);
            int given = fields.EnumerateObject().Count();
            if (differences.Count > 0 || rest.Length > 0 || compare.Seen != given)
            {
                Problem = differences.Count > 0 ? string.Join("; ", differences)
                    : rest.Length > 0 ? $"{rest.Length} bytes are behind the last field"
                    : $"the vector has {given} fields, the message {compare.Seen}";
                return;
            }
            TMessage made = default;
            Sv2FieldsFromJson fill = new(fields, null);
            made.Visit(ref fill);
            byte[] encoded = new byte[_frame.Length + Sv2Header.Size];
            int length = Sv2Messages.Write(encoded, made);
            Problem = Sv2Text.Differs("encoded", _frame, encoded.AsSpan(0, length));
        }
    }
}
