using System.Text;

namespace Otedama.Tests.App;

/// <summary>Runs the command line in this process, with an environment of its own.</summary>
internal static class Cli
{
    public static async Task<CliResult> RunAsync(
        string[] args, Dictionary<string, string>? environment = null, CancellationToken stop = default, TimeProvider? clock = null)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using MemoryStream logs = new();
        Surroundings outside = new()
        {
            Out = output,
            Error = TextWriter.Synchronized(error),
            ErrorStream = Stream.Synchronized(logs),
            Environment = environment ?? [],
            Clock = clock ?? TimeProvider.System,
            Stop = stop,
        };
        int code = await CommandLine.RunAsync(args, outside);
        return new CliResult(code, output.ToString(), error.ToString(), Encoding.UTF8.GetString(logs.ToArray()));
    }
}

internal sealed record CliResult(int Code, string Out, string Error, string Logs);
