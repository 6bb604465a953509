using System.CommandLine;

namespace Otedama;

internal static class NodeCommand
{
    public static Command Build(CommandContext context)
    {
        Command node = new("node", "The chain the running instance mines on.");
        node.Subcommands.Add(PoolCommand.Ask(context, "status", "Height, tip and reachability of the coin node.", "status",
            AnswerJson.Default.StatusView, StatusLines.Nodes, PoolCommand.Name(), PoolCommand.Only,
            static s => s.Pools.Any(static pool => !pool.Node.Reachable) ? ExitCode.Unreachable : ExitCode.Done));
        node.Subcommands.Add(LaterCommand.Build("peers", "List the pool nodes this one is connected to",
            "This version has no peer-to-peer network, so there are no peers."));
        node.Subcommands.Add(LaterCommand.Build("sync", "Say how far the share chain is synchronised",
            "This version has no share chain between pool nodes, so there is nothing to synchronise."));
        return node;
    }
}
