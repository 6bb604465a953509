using System.CommandLine;

namespace Otedama;

internal static class VerifyCommand
{
    public static Command Build(CommandContext context) => LaterCommand.Build(
        context,
        "verify",
        "Check proofs of work listed in a vector file",
        "This version cannot read vector files yet; otedama selftest runs the built-in known answers.");
}
