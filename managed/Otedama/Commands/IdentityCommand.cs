using System.CommandLine;

namespace Otedama;

internal static class IdentityCommand
{
    public static Command Build() => LaterCommand.Build(
        "identity",
        "Make and show zero-knowledge identities",
        "This version has no zero-knowledge identities; miners log in with a payout address.");
}
