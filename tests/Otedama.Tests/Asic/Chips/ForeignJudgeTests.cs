using System.Diagnostics;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// Foreign drivers against our simulated chains, by hand: OTEDAMA_JUDGE names a program that is started with a pseudo terminal's path, a
/// family, a number of chips, and jobs (header, version, mask), and writes what it understood, line by line. What passed is
/// written down in tests/vectors/asic/judges, and JudgeReplayTests holds it against the simulator ever after.
/// docs/protocols/asic-judges.md says more.
/// </summary>
public sealed class ForeignJudgeTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string? s_program = Environment.GetEnvironmentVariable("OTEDAMA_JUDGE");

    [Fact]
    public async Task A_foreign_driver_judges_the_simulated_chips()
    {
        Assert.SkipUnless(File.Exists(s_program), "OTEDAMA_JUDGE names no program; the transcripts of earlier judges are replayed all the same");
        string judge = Said("OTEDAMA_JUDGE_AS", "project and commit, such as owner/name 0123abcd");
        string suffix = Said("OTEDAMA_JUDGE_NAME", "a word for the files' names, such as esp");
        foreach (string chain in Said("OTEDAMA_JUDGE_CHAINS", "chains, such as BM1370x1 BM1370x6").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string chip = chain.Split('x')[0];
            int chips = int.Parse(chain.Split('x')[1], System.Globalization.CultureInfo.InvariantCulture);
            JudgeTranscript transcript = await JudgeAsync(judge, chip, chips);
            transcript.Save($"{chip}-{chips}-{suffix}");
        }
    }

    private static async Task<JudgeTranscript> JudgeAsync(string judge, string chip, int chips)
    {
        HeldClock clock = new();
        JudgeRecorder recorder = new(JudgeTranscript.Chain(chip, chips, clock), clock);
        List<string> said = [];
        using (Pty port = new(recorder))
        {
            ProcessStartInfo start = new(s_program!) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in (string[])[port.Path, chip, $"{chips}", .. Jobs(ChipFamilies.ByName(chip)!)])
            {
                start.ArgumentList.Add(argument);
            }
            using Process process = Process.Start(start)!;
            using CancellationTokenSource end = new(s_patience);
            Task<string> log = process.StandardError.ReadToEndAsync(end.Token);
            while (await process.StandardOutput.ReadLineAsync(end.Token) is { } line)
            {
                said.Add(line);
            }
            await process.WaitForExitAsync(end.Token);
            Assert.True(process.ExitCode == 0, $"{chip} x {chips}: {await log}");
        }
        return new JudgeTranscript { Judge = judge, Chip = chip, Chips = chips, Wire = recorder.Lines, Said = said };
    }

    /// <summary>
    /// Solved headers with the version a driver begins at: rolled versions are found from there, by midstates the third. The
    /// last may not be rolled.
    /// </summary>
    private static string[] Jobs(ChipFamily family) =>
    [
        ChipVectors.Known("genesis").Said("header"), "00000001", "1fffe000",
        ChipVectors.Known("height 125552").Said("header"), "00000001", "1fffe000",
        ChipVectors.All.GetProperty("roundTrip").Said("rebuilt_header"), family.TakesMidstates ? "20b40000" : "20000000", "1fffe000",
        ChipVectors.Known("genesis").Said("header"), "00000001", "00000000",
    ];

    private static string Said(string variable, string what) => Environment.GetEnvironmentVariable(variable)
        ?? throw new InvalidOperationException($"{variable} is not set: it has to hold {what}");
}
