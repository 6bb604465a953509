using System.CommandLine;

namespace Otedama;

internal static class NetCommand
{
    public static Command Build(CommandContext context)
    {
        Command net = new("net", "The way to pools and nodes.");
        Command test = new("test", "Try every pool and node of the configuration and measure the way there.");
        test.SetAction((result, stop) => NetTest.RunAsync(context, result, stop));
        net.Subcommands.Add(test);
        return net;
    }
}
