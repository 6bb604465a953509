using System.CommandLine;

namespace Otedama;

internal static class UpdateCommand
{
    public static Command Build() => LaterCommand.Build(
        "update",
        "Replace a running instance without losing a share",
        "This version cannot update itself; stop it, replace the file and start it again: connected miners come back by themselves.");
}
