using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// Opens the drivers of graphics cards in a process of its own before this one does: a driver that crashes or hangs
/// takes only that one with it, is named, and is left out here. The process is this program with `gpu probe`, which
/// says on stdout what it is about to do ("open opencl") and what it found ("answer {json}").
/// </summary>
internal static class GpuProbe
{
    public const string Verb = "probe";

    /// <summary>
    /// Where there are several cards some drivers take five seconds each time; on a busy machine more.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_afterKill = TimeSpan.FromSeconds(2);

    private static readonly Lazy<GpuProbeResult?> s_ofThisProcess = new(Run);

    private static bool s_isProbe; // this process is there to be lost; set before anything else

    /// <summary>
    /// What was found the first time somebody asked; null where this program cannot be started again, and in the
    /// process that was started to find it.
    /// </summary>
    public static GpuProbeResult? OfThisProcess => s_isProbe ? null : s_ofThisProcess.Value;

    /// <summary>In the process that is there to be lost.</summary>
    public static void Answer(TextWriter output)
    {
        s_isProbe = true;
        foreach (BackendInfo backend in OfCards())
        {
            output.WriteLine(GpuTranscript.Open + backend.Name);
            output.Flush();
            Catalogue.OpenDevices(1u << (int)backend.Backend);
        }
        Write(readsSensors: false); // counts if the sensors' library ends us
        Write(readsSensors: true);

        void Write(bool readsSensors)
        {
            GpuListAnswer answer = GpuCommand.Look(Gpus.Find([]), readsSensors);
            output.WriteLine(GpuTranscript.Answer + JsonSerializer.Serialize(answer, AnswerJson.Default.GpuListAnswer));
            output.Flush();
        }
    }

    private static IEnumerable<BackendInfo> OfCards() =>
        Catalogue.Backends().Where(static backend => backend.Backend != DeviceBackend.Cpu);

    private static GpuProbeResult? Run()
    {
        if (Program() is not { } program)
        {
            return null;
        }
        string[] names = [.. OfCards().Select(static backend => backend.Name)];
        string? given = Environment.GetEnvironmentVariable("OTEDAMA_GPU");
        List<string> left = [.. names.Where(name => string.IsNullOrEmpty(given) || given.Split(',').Contains(name))];
        List<string> problems = [];
        // Each round loses an interface, or is the last.
        while (Ask(program, left) is { } round)
        {
            if (round.Problem is { } problem)
            {
                problems.Add(problem);
            }
            if (round.Broken is null || !left.Remove(round.Broken) || left.Count == 0)
            {
                return new GpuProbeResult(left, problems, round.Found, HasSensors: round.Problem is null);
            }
        }
        return null;
    }

    /// <summary>Null when it is another program that runs this code, or a host that runs it.</summary>
    private static string? Program()
    {
        bool isThis = Assembly.GetEntryAssembly()?.GetName().Name == typeof(GpuProbe).Assembly.GetName().Name;
        bool isProgram = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is { } name && name != "dotnet";
        return isThis && isProgram ? Environment.ProcessPath : null;
    }

    /// <summary>Null when it cannot be started.</summary>
    private static GpuTranscript? Ask(string program, IReadOnlyList<string> interfaces)
    {
        ProcessStartInfo start = new(program, ["gpu", Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true, // drivers talk; nobody reads it
        };
        start.Environment["OTEDAMA_GPU"] = interfaces.Count > 0 ? string.Join(',', interfaces) : "off";
        List<string> said = [];
        try
        {
            using Process child = Process.Start(start)!;
            child.OutputDataReceived += (_, line) =>
            {
                lock (said)
                {
                    said.Add(line.Data ?? "");
                }
            };
            child.ErrorDataReceived += static (_, _) => { };
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
            child.StandardInput.Close();
            bool ended = child.WaitForExit(s_patience);
            if (!ended)
            {
                child.Kill(entireProcessTree: true);
            }
            // What hangs in the kernel survives even that, and is left behind.
            bool gone = child.WaitForExit(s_afterKill);
            if (gone)
            {
                child.WaitForExit(); // until the last line is read
            }
            lock (said)
            {
                return GpuTranscript.Read(said, ended ? child.ExitCode : null);
            }
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <param name="Interfaces">Those whose drivers can be opened, by their names in OTEDAMA_GPU.</param>
/// <param name="Problems">Sentences about the others.</param>
/// <param name="Found">What is behind them; null when nothing was answered.</param>
/// <param name="HasSensors">What cards tell of themselves can be read.</param>
internal sealed record GpuProbeResult(
    IReadOnlyList<string> Interfaces, IReadOnlyList<string> Problems, GpuListAnswer? Found, bool HasSensors)
{
    public IEnumerable<DeviceBackend> Backends =>
        Catalogue.Backends().Where(backend => Interfaces.Contains(backend.Name)).Select(static backend =>
            backend.Backend);
}

/// <summary>What one such process said, and how it ended.</summary>
/// <param name="Broken">The interface whose driver ended it; null when none did.</param>
/// <param name="Problem">A sentence, when something went wrong.</param>
/// <param name="Found">The last whole answer.</param>
internal sealed record GpuTranscript(string? Broken, string? Problem, GpuListAnswer? Found)
{
    public const string Open = "open ", Answer = "answer ";

    private const int SignalFirst = 128; // added to a signal's number by the shells, and by .NET

    /// <param name="code">Null when it had to be killed.</param>
    public static GpuTranscript Read(IReadOnlyList<string> lines, int? code)
    {
        GpuListAnswer? found = null;
        string? opening = null;
        foreach (string line in lines)
        {
            if (line.StartsWith(Open, StringComparison.Ordinal))
            {
                opening = line[Open.Length..];
            }
            else if (line.StartsWith(Answer, StringComparison.Ordinal) && Parse(line[Answer.Length..]) is { } answer)
            {
                (found, opening) = (answer, null);
            }
        }
        if (code == 0 && opening is null && found is not null)
        {
            return new GpuTranscript(null, null, found);
        }
        CultureInfo plain = CultureInfo.InvariantCulture;
        string how = code is not int number ? "hangs"
            : number == 0 ? "ended the process"
            : number > SignalFirst ? string.Create(plain, $"crashed (signal {number - SignalFirst})")
            : string.Create(plain, $"failed (exit code {number})");
        string problem = opening is not null
            ? $"The {opening} driver {how} when it is opened, so its cards are left out. Reinstall the graphics "
                + "driver; "
                + "until then OTEDAMA_GPU, which names the interfaces to use, spares the attempt."
            : found is not null ? $"The driver's library of sensors {how}, so cards are listed without "
                + "temperature and power."
            : $"The process that looks for graphics cards {how} before it opened a driver.";
        return new GpuTranscript(opening, problem, found);
    }

    private static GpuListAnswer? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, AnswerJson.Default.GpuListAnswer);
        }
        catch (JsonException)
        {
            return null; // cut off in the middle
        }
    }
}
