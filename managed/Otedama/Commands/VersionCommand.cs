using System.CommandLine;
using System.Runtime.InteropServices;

namespace Otedama;

internal static class VersionCommand
{
    public static Command Build(CommandContext context)
    {
        Command version = new("version", "Print the version.");
        version.SetAction(result => context.Answer(result, Current(), AnswerJson.Default.VersionAnswer, static v =>
            [$"otedama {v.Version} ({v.Runtime}, {v.System})"]));
        return version;
    }

    internal static VersionAnswer Current() => new(
        1,
        ThisProgram.Version,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.RuntimeIdentifier);
}

internal sealed record VersionAnswer(int Schema, string Version, string Runtime, string System);
