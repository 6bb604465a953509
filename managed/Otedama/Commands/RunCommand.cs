using System.CommandLine;

namespace Otedama;

/// <summary>Starts what the configuration and the verb ask for and stays until it is told to stop.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(CommandContext context, ParseResult result, Roles? roles, IEnumerable<FlagValue> flags, CancellationToken stop)
    {
        Configuration configuration = context.Load(result, flags);
        await Task.CompletedTask.WaitAsync(stop);
        throw new CommandException(ExitCode.Unsupported, $"Nothing can be started yet ({configuration.File ?? "no configuration"}, {roles}).");
    }
}
