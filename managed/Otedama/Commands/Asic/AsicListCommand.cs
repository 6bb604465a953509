using System.CommandLine;

namespace Otedama;

/// <summary>The ports of this machine and what is known to hang on them.</summary>
internal static class AsicListCommand
{
    internal static Command Build(CommandContext context)
    {
        Command list = new("list", "List the serial and USB ports of this machine and the ASIC boards on them. Opens none.");
        list.SetAction(result => context.Answer(result, Look(), AnswerJson.Default.AsicListAnswer, Lines));
        return list;
    }

    internal static AsicListAnswer Look() => new(
        1,
        [
            .. Directory.Exists("/dev")
                ? Directory.EnumerateFiles("/dev", "ttyUSB*").Concat(Directory.EnumerateFiles("/dev", "ttyACM*")).Order()
                    .Select(static name => new AsicPortAnswer(name))
                : [],
        ]);

    internal static IEnumerable<string> Lines(AsicListAnswer answer)
    {
        foreach (AsicPortAnswer port in answer.Ports)
        {
            yield return port.Port;
        }
        if (answer.Ports.Count == 0)
        {
            yield return "No serial port and no USB adapter.";
        }
    }
}

internal sealed record AsicListAnswer(int Schema, IReadOnlyList<AsicPortAnswer> Ports);

/// <param name="Port">As --asic takes it.</param>
internal sealed record AsicPortAnswer(string Port);
