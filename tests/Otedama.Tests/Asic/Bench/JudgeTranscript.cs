using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Tests.App;

namespace Otedama.Tests.Asic;

/// <summary>
/// What a foreign driver and a simulated chain said to each other, and what the driver made of it: a file of
/// tests/vectors/asic/judges. A line of the wire is "milliseconds rate direction bytes".
/// </summary>
internal sealed class JudgeTranscript
{
    private static readonly JsonSerializerOptions s_lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required string Judge { get; init; }

    /// <summary>BM1372 stands for the family BM1373 whose chips call themselves 1372.</summary>
    public required string Chip { get; init; }

    public ChipFamily Family => ChipFamilies.ByName(Chip)!;

    public required int Chips { get; init; }

    public required IReadOnlyList<Line> Wire { get; init; }

    /// <summary>
    /// What the judge read out of the replies: "chips COUNT", "clock MEGAHERTZ", "register NUMBER CHIP VALUE",
    /// "nonce JOB NONCE VERSION CHIP CORE SMALL DIFFICULTY", with - for what it does not look at.
    /// </summary>
    public required IReadOnlyList<string> Said { get; init; }

    /// <summary>What the judge sent, whole.</summary>
    public byte[] Sent => [.. Wire.Where(static line => line.FromHost).SelectMany(static line => line.Bytes)];

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "BM*.json").Select(static path => Path.GetFileNameWithoutExtension(path)).Order();

    public static string Folder => Path.Combine(Repository.Root, "tests", "vectors", "asic", "judges");

    /// <summary>The chain that is judged: known answers only, so that both sides are through in a second.</summary>
    public static SimulatedChain Chain(string chip, int chips, TimeProvider time)
    {
        SimulatedChain chain = new(ChipFamilies.ByName(chip)!, chips, time);
        chain.Faults.Id = chip == "BM1372" ? 0x13720000 : null;
        foreach (string name in (string[])["genesis", "height 125552"])
        {
            chain.Answers.Add(ChipVectors.Known(name).Bytes("header"));
        }
        chain.Answers.Add(ChipVectors.All.GetProperty("roundTrip").Bytes("rebuilt_header"));
        return chain;
    }

    public static JudgeTranscript Load(string name)
    {
        JsonElement root = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json"))).RootElement;
        return new JudgeTranscript
        {
            Judge = root.Said("judge"),
            Chip = root.Said("chip"),
            Chips = root.GetProperty("chips").GetInt32(),
            Wire = [.. root.GetProperty("wire").EnumerateArray().Select(static line => Line.Parse(line.GetString()!))],
            Said = [.. root.GetProperty("said").EnumerateArray().Select(static line => line.GetString()!)],
        };
    }

    public void Save(string name)
    {
        string lines = string.Join(",\n    ", Wire.Select(static line => JsonSerializer.Serialize(line.ToString(), s_lines)));
        string said = string.Join(",\n    ", Said.Select(static line => JsonSerializer.Serialize(line, s_lines)));
        File.WriteAllText(Path.Combine(Folder, name + ".json"),
            $"{{\n  \"judge\": \"{Judge}\",\n  \"chip\": \"{Chip}\",\n  \"chips\": {Chips},\n"
            + $"  \"wire\": [\n    {lines}\n  ],\n  \"said\": [\n    {said}\n  ]\n}}\n");
    }

    /// <summary>Sends it all again, each byte at its time; what the chain says, with the time at which it was heard.</summary>
    public IEnumerable<(Line Recorded, byte[] Now)> Replay(SimulatedChain chain, HeldClock clock)
    {
        long begun = clock.GetTimestamp();
        byte[] room = new byte[65_536];
        foreach (Line line in Wire)
        {
            TimeSpan at = TimeSpan.FromMilliseconds(line.Milliseconds);
            clock.Advance(at - clock.GetElapsedTime(begun));
            if (line.FromHost)
            {
                chain.Receive(line.Bytes, line.Rate);
            }
            else
            {
                yield return (line, room[..chain.Take(room, line.Rate)]);
            }
        }
        clock.Advance(1);
        yield return (Wire[^1] with { FromHost = false, Bytes = [] }, room[..chain.Take(room, Wire[^1].Rate)]);
    }

    /// <summary>Bytes that came at once. Rate in bits a second, as the host had set it.</summary>
    internal readonly record struct Line(int Milliseconds, int Rate, bool FromHost, byte[] Bytes)
    {
        public static Line Parse(string text)
        {
            string[] parts = text.Split(' ');
            return new Line(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == ">", Hex.Decode(parts[3]));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds} {Rate} {(FromHost ? '>' : '<')} {Hex.Encode(Bytes)}");
    }
}
