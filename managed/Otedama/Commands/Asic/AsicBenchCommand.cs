using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>Brings one board up and lets it work on headers of our own, and says how well its chips do it.</summary>
internal static class AsicBenchCommand
{
    private const int SecondsMax = 86_400;

    /// <summary>What silicon looks for, and the least that a simulated chip may be content with.</summary>
    private const int ZeroBits = ChipFamily.ZeroBits, ZeroBitsLeast = 8;

    /// <summary>A board that is not mining by then has said why.</summary>
    private static readonly TimeSpan s_bringUpMax = TimeSpan.FromMinutes(3);

    internal static Command Build(CommandContext context)
    {
        Command bench = new(
            "bench", "Let one ASIC board work for a while on headers of our own, and show what its chips find. Mines "
            + "nothing.");
        Argument<string> port = new("port")
        {
            Description = "Port of `otedama asic list`; PORT,chip=BM1366,chips=1 for chips that are not recognised.",
            HelpName = "PORT",
        };
        Option<int> seconds = new("--seconds")
        {
            Description = $"How long it works once it is up, 1 to {SecondsMax}.",
            DefaultValueFactory = static _ => 30,
            HelpName = "N",
        };
        Option<int> zeros = new("--zero-bits")
        {
            Description = $"Zero bits a nonce has to have; silicon has {ZeroBits}, simulated chips may have less, from "
                + $"{ZeroBitsLeast}.",
            DefaultValueFactory = static _ => ZeroBits,
            HelpName = "N",
        };
        bench.Arguments.Add(port);
        bench.Options.Add(seconds);
        bench.Options.Add(zeros);
        bench.SetAction(async (result, stop) =>
        {
            int wanted = result.GetValue(seconds);
            if (wanted is < 1 or > SecondsMax)
            {
                throw new CommandException(ExitCode.Usage, $"--seconds {wanted}: allowed are 1 to {SecondsMax}.");
            }
            int bits = result.GetValue(zeros);
            if (bits is < ZeroBitsLeast or > ZeroBits)
            {
                throw new CommandException(
                    ExitCode.Usage, $"--zero-bits {bits}: allowed are {ZeroBitsLeast} to {ZeroBits}.");
            }
            string text = result.GetValue(port)!;
            if (AsicSetting.ReadShort(text, out BoardRequest request) is { } wrong)
            {
                throw new CommandException(ExitCode.Usage, $"{SettingTypes.Shorten(text)}: {wrong}.");
            }
            AsicBenchAnswer answer = await RunAsync(
                request, bits, new MachinePorts(), TimeSpan.FromSeconds(wanted), context.Outside.Clock, context.Say,
                stop);
            context.Answer(result, answer, AnswerJson.Default.AsicBenchAnswer, Lines);
            return answer.Nonces > 0 ? ExitCode.Done : ExitCode.BadAnswer;
        });
        return bench;
    }

    /// <summary>Throws CommandException for a board that is not there, is another one, or cannot be brought
    /// up.</summary>
    private static async Task<AsicBenchAnswer> RunAsync(
        BoardRequest request, int zeroBits, IBoardPorts ports, TimeSpan time, TimeProvider clock, Action<string> say,
        CancellationToken stop)
    {
        BoardChoice choice = Choose(request, ports);
        if (choice.Note.Length > 0)
        {
            say(choice.Note + ".");
        }
        OwnWork work = new(clock, zeroBits);
        using ChipChain chain = new(choice.Options, choice.Open(ports, clock), work, clock, Progress);
        long begun = clock.GetTimestamp();
        long? mining = null;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            TimeSpan pause = chain.Step();
            ChainReport now = chain.Report;
            if (now.State == ChainState.Faulted
                || (now.State == ChainState.Absent && now.Reason != "not looked for yet"))
            {
                throw new CommandException(now.State == ChainState.Absent ? ExitCode.Unreachable : ExitCode.BadAnswer,
                    now.Reason.TrimEnd('.') + ".");
            }
            if (mining is null && now.Counts.Restarts > 0)
            {
                // Whoever looks at one board wants to know at once why it does not come up.
                throw new CommandException(ExitCode.Unsupported, now.Faults[^1].Reason.TrimEnd('.') + ".");
            }
            if (mining is null && now.State == ChainState.Mining)
            {
                mining = clock.GetTimestamp();
            }
            if (mining is null && clock.GetElapsedTime(begun) > s_bringUpMax)
            {
                throw new CommandException(
                    ExitCode.BadAnswer,
                    $"{now.Board} is not mining after {s_bringUpMax.TotalMinutes:0} min: {now.Reason}.");
            }
            if (mining is long since && clock.GetElapsedTime(since) >= time)
            {
                return Answer(choice, now, clock.GetElapsedTime(since));
            }
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, clock, stop);
            }
        }

        void Progress(string line)
        {
            // What ends the bench is said as its error.
            if (!line.Contains(": absent: ", StringComparison.Ordinal)
                && !line.Contains(": faulted: ", StringComparison.Ordinal))
            {
                say(line);
            }
        }
    }

    internal static IEnumerable<string> Lines(AsicBenchAnswer answer)
    {
        yield return $"{answer.Port}  {answer.Title}, {answer.Chips.Count} x {answer.Chip} at {Text(answer.ClockMhz)} "
            + $"MHz, {Text(answer.Seconds)} s";
        yield return $"hash rate     {Rate(answer.Hashrate)} by nonces, {Rate(answer.CounterHashrate)} by the chips' "
            + $"counters, {Rate(answer.ExpectedHashrate)} expected";
        yield return $"nonces        {answer.Nonces} of difficulty {answer.TicketDifficulty}, {answer.Jobs} jobs, "
            + $"{answer.Duplicates} twice, {answer.Stale} late";
        yield return $"errors        {answer.HashErrors} hashes, {answer.CrcErrors} frames, {answer.UnknownJobs} of "
            + $"unknown jobs, {answer.Restarts} restarts";
        yield return $"board         {Unit(answer.TemperatureC, "°C")}, regulator {Unit(answer.RegulatorC, "°C")}, "
            + $"{Unit(answer.PowerW, "W")}, fan {Unit(answer.FanRpm, "rpm")}";
        foreach (AsicBenchChip chip in answer.Chips)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"chip {chip.Index + 1,-3}      {chip.Nonces} nonces of {chip.Expected:0.#} expected, {chip.Errors} "
                    + $"errors{Own(chip)}{(chip.Weak ? ", WEAK" : "")}");
        }
    }

    /// <summary>What the chip says of itself.</summary>
    private static string Own(AsicBenchChip chip) =>
        (chip.OwnErrors is long errors ? FormattableString.Invariant($", {errors} by its own count") : "")
        + (chip.TemperatureC is double celsius ? $", {Text(celsius)} °C" : "");

    private static BoardChoice Choose(BoardRequest request, IBoardPorts ports)
    {
        List<string> problems = [];
        if (ports is MachinePorts && LinkAddress.TryParse(request.Port, out LinkAddress? named, out _)
            && named is { Kind: LinkKind.Serial } && OperatingSystem.IsLinux() && !Path.Exists(named.Path))
        {
            throw new CommandException(ExitCode.Unreachable, new PortAdvice(new PortFinder()).ForSerial(
                named.Path, new PortException(PortFault.Missing, "No such file or directory")));
        }
        IReadOnlyList<BoardChoice> choices = BoardChoice.Of(request, ports.List(), problems);
        return choices.Count == 1 ? choices[0] : throw new CommandException(
            ExitCode.Unsupported,
            problems.Count > 0 ? string.Join(' ', problems)
                : choices.Count == 0
                ? "No ASIC board is plugged in that is recognised. `otedama asic list` shows every port."
                : $"There are {choices.Count} boards. Name one: "
                + $"{string.Join(", ", choices.Select(static choice => choice.Place.Address))}.");
    }

    private static AsicBenchAnswer Answer(BoardChoice choice, ChainReport now, TimeSpan time) => new(
        1,
        choice.Place.Address,
        choice.Kind.Key,
        choice.Kind.Title,
        now.Family,
        time.TotalSeconds,
        now.Megahertz,
        now.Millivolts,
        now.TicketDifficulty,
        now.ExpectedHashrate,
        now.NonceHashrate,
        now.CounterHashrate,
        now.Counts.Good,
        now.Counts.Jobs,
        now.Counts.HashErrors,
        now.Counts.CrcErrors,
        now.Counts.Duplicates,
        now.Counts.Stale,
        now.Counts.UnknownJobs,
        now.Counts.Restarts,
        now.Reading.ChipCelsius,
        now.Reading.RegulatorCelsius,
        now.Reading.Watts,
        now.Reading.FanRpm,
        [.. now.Chips.Select(
            static chip => new AsicBenchChip(
                chip.Index, chip.Nonces, chip.Expected, chip.Errors, chip.OwnErrors, chip.Celsius, chip.IsWeak))]);

    private static string Rate(double? hashes) => hashes is double rate ? $"{Units.Hashrate(rate)}" : "unknown";

    private static string Unit(double? value, string unit) => value is double known ? $"{Text(known)} {unit}"
        : $"unknown {unit}";

    private static string Text(double? value) => value is double known
        ? known.ToString("0.##", CultureInfo.InvariantCulture) : "unknown";

    /// <summary>Headers that nobody asked for: random ones, so that no chip finds anything twice.</summary>
    private sealed class OwnWork(TimeProvider clock, int zeroBits) : IChipWork
    {
        private const uint Version = 0x20000000;

        /// <summary>Nobody wins with it: hard enough to leave the chips their usual ticket, so that the chain asks for
        /// the zero bits of that; or as easy as simulated chips are content with.</summary>
        private readonly Target _share = Target.FromDifficulty(
            zeroBits == ZeroBits ? 65_536 : Almost * Math.Pow(2, zeroBits - ZeroBits), Target.BitcoinOne);

        /// <summary>Difficulty 1 is a little harder than 32 zero bits.</summary>
        private const double Almost = 0.999;

        public long Generation => 0;

        public ChipJob Next()
        {
            Span<byte> random = stackalloc byte[2 * Hash256.Size];
            RandomNumberGenerator.Fill(random);
            return new ChipJob
            {
                Version = Version,
                VersionMask = ChipFamily.VersionReach,
                PreviousHash = new Hash256(random[..Hash256.Size]),
                MerkleRoot = new Hash256(random[Hash256.Size..]),
                Time = (uint)clock.GetUtcNow().ToUnixTimeSeconds(),
                Bits = 0x1d00ffff,
                ShareTarget = _share,
                Generation = 0,
            };
        }

        public void Found(in ChipNonce nonce)
        {
            // The chain has hashed and counted it.
        }
    }
}

/// <summary>What one board did; unknown = null.</summary>
/// <param name="Hashrate">Hashes a second by what was found.</param>
/// <param name="CounterHashrate">By the chips' own counters.</param>
/// <param name="ExpectedHashrate">By clock and cores.</param>
internal sealed record AsicBenchAnswer(
    int Schema,
    string Port,
    string Board,
    string Title,
    string Chip,
    double Seconds,
    double? ClockMhz,
    int? VoltageMv,
    int TicketDifficulty,
    double ExpectedHashrate,
    double? Hashrate,
    double? CounterHashrate,
    long Nonces,
    long Jobs,
    long HashErrors,
    long CrcErrors,
    long Duplicates,
    long Stale,
    long UnknownJobs,
    long Restarts,
    double? TemperatureC,
    double? RegulatorC,
    double? PowerW,
    int? FanRpm,
    IReadOnlyList<AsicBenchChip> Chips);

/// <param name="OwnErrors">Errors by the chip's own count.</param>
/// <param name="TemperatureC">By the chip's own thermometer.</param>
internal sealed record AsicBenchChip(
    int Index, long Nonces, double Expected, long Errors, long? OwnErrors, double? TemperatureC, bool Weak);
