using System.Diagnostics;
using System.Globalization;
using Otedama.Asic;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// Foreign sensor and regulator code against our simulated parts, by hand: OTEDAMA_PART_JUDGE names a program that is started with a
/// part's name, writes transfers as lines ("w 4c 4a23", "x 4c 10 1"), reads the answer ("ok", bytes, "no"), and says after "= "
/// what it understood. docs/protocols/asic-judges.md says more.
/// </summary>
public sealed class PartJudgeTests
{
    private const int LinesMax = 2000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly string? s_program = Environment.GetEnvironmentVariable("OTEDAMA_PART_JUDGE");

    [Fact]
    public async Task Foreign_code_judges_the_simulated_parts()
    {
        Assert.SkipUnless(File.Exists(s_program), "OTEDAMA_PART_JUDGE names no program; the transcripts of earlier judges are replayed all the same");
        string judge = Environment.GetEnvironmentVariable("OTEDAMA_JUDGE_AS")
            ?? throw new InvalidOperationException("OTEDAMA_JUDGE_AS is not set: it has to hold project and commit, such as owner/name 0123abcd");
        foreach (string name in PartTranscript.Names)
        {
            (await JudgeAsync(judge, name)).Save(name);
        }
    }

    public static TheoryData<string> Parts => [.. PartTranscript.Names];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Simulated_parts_answer_what_the_judge_took(string name)
    {
        SimPart[] parts = PartTranscript.Parts(name);
        foreach (string line in PartTranscript.Load(name).Lines.Where(static line => line[0] != '='))
        {
            string[] words = line.Split(' ');
            string now = PartTranscript.Answer(parts, words[0] == "w" ? words : [.. words[..3], $"{words[3].Length / 2}"]);
            Assert.Equal(line, words[0] == "w" ? now == "ok" ? line : now : $"{words[0]} {words[1]} {words[2]} {now}");
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Our_drivers_read_what_the_judge_read(string name)
    {
        PartTranscript.Echo bus = new();
        bus.Hear($"w 2e 42{SimTach.Reset:x2}"); // the judge relies on it without a look
        int compared = 0;
        foreach (string line in PartTranscript.Load(name).Lines)
        {
            bus.Hear(line);
            string[] words = line.Split(' ');
            if (words[0] == "=" && Ours(name, words[1], bus) is { } ours)
            {
                double theirs = double.Parse(words[2], CultureInfo.InvariantCulture);
                // A fan behind an EMC2103 that stands is 960 turns to the judge, which asks for the 82 of an EMC2101.
                theirs = name == "EMC2103" && words[1] == "rpm" && theirs == 960 ? 0 : theirs;
                // An output that was switched off is a fault to the judge.
                theirs = words[1] == "fault" && (((II2c)bus).ReadSmWord(Tps546.Address, 0x79) & 0x40) != 0 ? theirs - 1 : theirs;
                Assert.Equal(theirs, ours, words[1] is "rpm" or "second" && theirs > 100 ? 1.0 : 1e-4);
                compared++;
            }
        }
        Assert.True(compared >= (name == "DS4432U" ? 0 : 2), $"{compared} values compared");
    }

    /// <summary>Beyond what its resistors allow the judge's code runs over into the bit of the direction; ours is refused.</summary>
    [Fact]
    public void Our_codes_for_a_voltage_are_the_judges()
    {
        string[] codes = [.. PartTranscript.Load("DS4432U").Lines.Where(static line => line.StartsWith("= volts", StringComparison.Ordinal))];
        Assert.Equal(6, codes.Length);
        foreach (string line in codes)
        {
            string[] words = line.Split(' ');
            double volts = double.Parse(words[2], CultureInfo.InvariantCulture);
            if (words[3] == "0" && volts <= Ds4432u.VoltsMax)
            {
                Assert.Equal(words[5], $"{Ds4432u.CodeOf(volts):x2}");
            }
            else
            {
                Assert.True(volts > 2, line);
                Assert.Equal(BoardFault.OutOfRange, Assert.Throws<BoardException>(() => Ds4432u.CodeOf(volts)).Fault);
            }
        }
    }

    /// <summary>What both write into the regulator is the same; who rounds and who cuts differ by one step in the voltage.</summary>
    [Theory]
    [InlineData("TPS546", 1.15)]
    [InlineData("TPS546-hex", 3.6)]
    [InlineData("TPS546-turbo", 1.15)]
    public void The_regulator_is_set_up_as_the_judge_does(string name, double volts)
    {
        PartTranscript transcript = PartTranscript.Load(name);
        Dictionary<byte, string> theirs = [];
        PartTranscript.Echo bus = new();
        foreach (string line in transcript.Lines.TakeWhile(static line => !line.StartsWith("= snapshot", StringComparison.Ordinal)))
        {
            bus.Hear(line);
            string[] words = line.Split(' ');
            if (words[0] == "w")
            {
                theirs[Hex.Decode(words[2])[0]] = words[2][2..];
            }
        }
        Tps546Limits limits = LimitsOf(name);
        Tps546 part = new(bus, limits);
        part.SetUp();
        part.SetVolts(volts / limits.Domains);
        part.Enable(true);
        foreach ((byte register, string value) in bus.Written)
        {
            string wanted = Assert.Contains(register, theirs);
            if (register == 0x04 && limits.Phases == 1)
            {
                Assert.Equal(("ff", "00"), (value, wanted)); // all phases, or the only one
            }
            else if (register == 0x21)
            {
                Assert.InRange(Convert.ToInt32(value[..2], 16) - Convert.ToInt32(wanted[..2], 16), 0, 1);
            }
            else
            {
                Assert.Equal($"{register:x2} {wanted}", $"{register:x2} {value}");
            }
        }
        Assert.True(bus.Written.Count >= 17);
    }

    /// <summary>Null where a word is not for a part of ours, or not all it needs is known yet.</summary>
    private static double? Ours(string part, string word, PartTranscript.Echo bus) => (part, word) switch
    {
        ("EMC2101", "rpm") => new Emc2101(bus).Rpm(),
        ("EMC2101", "celsius") => new Emc2101(bus).Diode().Celsius,
        ("EMC2101", "inner") => new Emc2101(bus).Internal().Celsius,
        ("EMC2103", "rpm") => new Emc2103(bus).Rpm(),
        ("EMC2103", "second") => new Emc2103(bus).Read().Celsius,
        ("EMC2302", "second") => new Emc2302(bus).Rpm(),
        ("TMP1075", "celsius") => new Tmp1075(bus).Read().Celsius,
        ("TMP1075", "second") => new Tmp1075(bus, 0, 0x4B).Read().Celsius,
        ("INA260", "milliamps") => new Ina260(bus).Amps() * 1000,
        ("INA260", "millivolts") => new Ina260(bus).Volts() * 1000,
        ("INA260", "milliwatts") => new Ina260(bus).Watts() * 1000,
        ("TPS546" or "TPS546-hex" or "TPS546-turbo", "celsius") => new Tps546(bus, LimitsOf(part)).Read().Celsius,
        ("TPS546" or "TPS546-hex" or "TPS546-turbo", "fault") => new Tps546(bus, LimitsOf(part)).Faults().Length == 0 ? 0 : 1,
        _ => null,
    };

    private static Tps546Limits LimitsOf(string name) => name switch
    {
        "TPS546" => Tps546Limits.FiveVolts,
        "TPS546-hex" => Tps546Limits.TwelveVoltsThreeDomains,
        _ => Tps546Limits.TwelveVoltsTwoPhases,
    };

    private static async Task<PartTranscript> JudgeAsync(string judge, string name)
    {
        SimPart[] parts = PartTranscript.Parts(name);
        List<string> lines = [];
        ProcessStartInfo start = new(s_program!, name) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource end = new(s_patience);
        Task<string> log = process.StandardError.ReadToEndAsync(end.Token);
        while (await process.StandardOutput.ReadLineAsync(end.Token) is { } line)
        {
            Assert.True(lines.Count < LinesMax, "this is no transcript");
            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                lines.Add(line);
                continue;
            }
            string[] words = line.Split(' ');
            string answer = PartTranscript.Answer(parts, words);
            lines.Add(answer == "ok" ? line : $"{words[0]} {words[1]} {words[2]} {answer}");
            await process.StandardInput.WriteLineAsync(answer);
            await process.StandardInput.FlushAsync(end.Token);
        }
        await process.WaitForExitAsync(end.Token);
        Assert.True(process.ExitCode == 0, $"{name}: {await log}");
        return new PartTranscript { Judge = judge, Lines = lines };
    }
}
