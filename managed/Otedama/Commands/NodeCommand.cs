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
        node.Subcommands.Add(PoolCommand.Ask(
            context, "peers", "Pool nodes this one is connected to, the nearest first.", "peers",
            AnswerJson.Default.PeersAnswer, ChainLines.Peers, PoolCommand.Name()));
        node.Subcommands.Add(PoolCommand.Ask(
            context, "sync", "How far the share chain is, and whether miners get work.", "status",
            AnswerJson.Default.StatusView, ChainLines.Syncs, PoolCommand.Name(), PoolCommand.Only));
        return node;
    }
}
