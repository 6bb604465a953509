using System.Text.Encodings.Web;
using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;

namespace Otedama.Tests.Asic;

/// <summary>
/// What foreign code and a simulated part said to each other over I2C, and what the code made of it: a file of
/// tests/vectors/asic/judges. A line is "w ADDRESS BYTES", "x ADDRESS BYTES ANSWER" (write, then read), or "= WORD VALUE": what the
/// judge understood by then.
/// </summary>
internal sealed class PartTranscript
{
    private static readonly JsonSerializerOptions s_lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<string> Names { get; } =
        ["DS4432U", "EMC2101", "EMC2103", "EMC2302", "INA260", "TMP1075", "TPS546", "TPS546-hex", "TPS546-turbo"];

    public required string Judge { get; init; }

    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>The parts that are judged, with what they measure.</summary>
    public static SimPart[] Parts(string name) => name switch
    {
        "DS4432U" => [new SimDs4432u()],
        "EMC2101" => [new SimEmc2101(static () => 40.125, static () => 33)],
        "EMC2103" => [new SimEmc2103(static () => 50.5, static () => 61.25)],
        "EMC2302" => [new SimEmc2302()],
        "INA260" => [SimWords.Ina260(static () => 5.1, static () => 2.4)],
        "TMP1075" => [SimWords.Tmp1075(static () => 41.0625), SimWords.Tmp1075(static () => -3.5, 0x4B)],
        "TPS546" => [new SimTps546()],
        _ => [new SimTps546 { InputVolts = 12.25 }],
    };

    public static PartTranscript Load(string name)
    {
        JsonElement root = JsonDocument.Parse(File.ReadAllText(PathOf(name))).RootElement;
        return new PartTranscript
        {
            Judge = root.Said("judge"),
            Lines = [.. root.GetProperty("lines").EnumerateArray().Select(static line => line.GetString()!)],
        };
    }

    public void Save(string name)
    {
        string lines = string.Join(",\n    ", Lines.Select(static line => JsonSerializer.Serialize(line, s_lines)));
        File.WriteAllText(PathOf(name), $"{{\n  \"judge\": \"{Judge}\",\n  \"lines\": [\n    {lines}\n  ]\n}}\n");
    }

    /// <summary>What a part answers to "w ADDRESS BYTES" (ok) or "x ADDRESS BYTES COUNT" (bytes); no = nobody is there.</summary>
    public static string Answer(SimPart[] parts, string[] words)
    {
        if (parts.FirstOrDefault(part => part.Address == Hex.Decode(words[1])[0] && !part.IsDead) is not { } part)
        {
            return "no";
        }
        part.Write(Hex.Decode(words[2]));
        return words[0] == "w" ? "ok" : Hex.Encode(part.Read(int.Parse(words[3], System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string PathOf(string name) => Path.Combine(JudgeTranscript.Folder, name + "-esp.json");

    /// <summary>A bus for our own drivers that answers what the lines so far have for a register.</summary>
    internal sealed class Echo : II2c
    {
        private readonly Dictionary<(byte Address, byte Register), byte[]> _whole = [];   // as it was read: words and blocks
        private readonly Dictionary<(byte Address, byte Register), byte> _bytes = [];     // and each byte as a register of its own

        /// <summary>What our driver wrote, by register.</summary>
        public Dictionary<byte, string> Written { get; } = [];

        public void Hear(string line)
        {
            string[] words = line.Split(' ');
            if (words[0] == "=")
            {
                return;
            }
            byte address = Hex.Decode(words[1])[0], register = Hex.Decode(words[2])[0];
            byte[] data = words[0] == "x" ? Hex.Decode(words[3]) : Hex.Decode(words[2])[1..];
            _whole[(address, register)] = data;
            for (int i = 0; i < data.Length; i++)
            {
                _bytes[(address, Bits.Byte(register + i))] = data[i];
            }
        }

        public void Write(byte address, ReadOnlySpan<byte> bytes) => Written[bytes[0]] = Hex.Encode(bytes[1..]);

        public void WriteRead(byte address, ReadOnlySpan<byte> bytes, Span<byte> into)
        {
            if (_whole.TryGetValue((address, bytes[0]), out byte[]? whole) && whole.Length >= into.Length)
            {
                whole.AsSpan(0, into.Length).CopyTo(into);
                return;
            }
            for (int i = 0; i < into.Length; i++)
            {
                into[i] = _bytes[(address, Bits.Byte(bytes[0] + i))];
            }
        }
    }
}
